# Comparison of the code with numbers that others published.


rule validation:
    input:
        runs=rules.collect.output.runs,
    output:
        table=table("validation.csv"),
    log:
        f"{RESULTS}/logs/validation.log",
    params:
        sources=sources("validation"),
        cost=f"{RESULTS}/benchmarks/validation.json",
        epochs=STUDY.validation.epochs,
        confidence=STUDY.statistics.confidence,
    message:
        "Comparing the code with published numbers"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " validation --runs {input.runs:q} --epochs {params.epochs}"
        " --confidence {params.confidence} --output {output.table:q} > {log:q} 2>&1"
