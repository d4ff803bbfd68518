# A finished study against the published one. Without outputs, so that it is carried out each time
# it is asked for, and what it writes, `verify.json`, outlives a study that is not reproduced.


rule verify:
    input:
        rules.all.input,
    # The report goes to the terminal; the log has what stands in its way.
    log:
        f"{RESULTS}/logs/verify.log",
    localrule: True
    params:
        study=STUDY.study,
    message:
        "Holding the study against the published one"
    shell:
        "python -m momentum_study verify --study {params.study:q} 2> {log:q}"
