# Comparison of a finished study with the published one. The rule has no output: it runs whenever
# it is requested, and `verify.json` is kept if the study is not reproduced.


rule verify:
    input:
        study=rules.all.input,
    # The report goes to the terminal, errors to the log.
    log:
        f"{RESULTS}/logs/verify.log",
    localrule: True
    params:
        study=STUDY.study,
    message:
        "Comparing the study with the published one"
    shell:
        "python -m momentum_study verify --study {params.study:q} 2> {log:q}"
