# Comparison of the code with numbers that others published.


rule validation:
    input:
        runs=rules.collect.output.runs,
        sources=sources("validation"),
    output:
        table=table("validation.csv"),
    log:
        f"{RESULTS}/logs/validation.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation.tsv"
    params:
        epochs=STUDY.validation.epochs,
        confidence=STUDY.statistics.confidence,
    message:
        "Comparing the code with published numbers"
    shell:
        "python -m momentum_study validation --runs {input.runs:q} --epochs {params.epochs}"
        " --confidence {params.confidence} --output {output.table:q} > {log:q} 2>&1"
