# Data sets: split and scaled once for each block of replicates.


rule prepare:
    input:
        files=lambda wildcards: STUDY.datasets[wildcards.dataset].files(),
    output:
        data=f"{RESULTS}/datasets/{{dataset}}_{{block}}.npz",
    log:
        f"{RESULTS}/logs/prepare/{{dataset}}_{{block}}.log",
    # Prepare and train first, so that training starts early and keeps all cores busy.
    priority: 1
    params:
        sources=sources("prepare"),
        cost=f"{RESULTS}/benchmarks/prepare/{{dataset}}_{{block}}.json",
        flags=lambda wildcards: prepare_flags(STUDY, wildcards.dataset, wildcards.block),
    message:
        "Preparing {wildcards.dataset}, replicates {wildcards.block}"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " prepare --output {output.data:q} {params.flags} > {log:q} 2>&1"


rule datasets:
    input:
        data=first_blocks(),
    output:
        table=table("datasets.csv"),
    log:
        f"{RESULTS}/logs/datasets.log",
    params:
        sources=sources("datasets"),
        cost=f"{RESULTS}/benchmarks/datasets.json",
    message:
        "Describing the data sets"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " datasets --data {input.data:q} --output {output.table:q}"
        " > {log:q} 2>&1"
