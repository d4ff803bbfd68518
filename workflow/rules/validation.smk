# The code against numbers that others published.


rule validation:
    input:
        runs=rules.collect.output.runs,
        sources=sources("validation"),
    output:
        report(
            f"{RESULTS}/tables/validation.csv",
            caption="../report/validation.rst",
            category="Tables",
            labels={"table": "validation"},
        ),
    log:
        f"{RESULTS}/logs/validation.log",
    benchmark:
        f"{RESULTS}/benchmarks/validation.tsv"
    params:
        epochs=STUDY.validation.epochs,
        confidence=STUDY.statistics.confidence,
    message:
        "Holding the code against published numbers"
    shell:
        "python -m momentum_study validation --runs {input.runs:q} --epochs {params.epochs}"
        " --confidence {params.confidence} --output {output:q} > {log:q} 2>&1"
