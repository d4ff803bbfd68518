# Data sets, split and scaled once for each block of replicates.


rule prepare:
    input:
        files=lambda wildcards: STUDY.datasets[wildcards.dataset].files(),
        sources=sources("prepare"),
    output:
        f"{RESULTS}/datasets/{{dataset}}_{{block}}.npz",
    log:
        f"{RESULTS}/logs/prepare/{{dataset}}_{{block}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/prepare/{{dataset}}_{{block}}.tsv"
    # Side branches wait until nothing is left to prepare or to train.
    priority: 1
    params:
        flags=lambda wildcards: prepare_flags(STUDY, wildcards.dataset, wildcards.block),
    message:
        "Preparing {wildcards.dataset}, replicates {wildcards.block}"
    shell:
        "python -m momentum_study prepare --output {output:q} {params.flags} > {log:q} 2>&1"


rule datasets:
    input:
        data=first_blocks(),
        sources=sources("datasets"),
    output:
        report(
            f"{RESULTS}/tables/datasets.csv",
            caption="../report/datasets.rst",
            category="Tables",
            labels={"table": "datasets"},
        ),
    log:
        f"{RESULTS}/logs/datasets.log",
    benchmark:
        f"{RESULTS}/benchmarks/datasets.tsv"
    message:
        "Describing the data sets"
    shell:
        "python -m momentum_study datasets --data {input.data:q} --output {output:q} > {log:q} 2>&1"
