# Tables of runs and curves from the shards, and their summaries.


rule collect:
    input:
        shards=[f"{RESULTS}/runs/{shard}.parquet" for shard in SHARDS],
        data=all_blocks(),
    output:
        runs=table("runs.parquet"),
        curves=table("curves.parquet"),
    log:
        f"{RESULTS}/logs/collect.log",
    params:
        sources=sources("collect"),
        cost=f"{RESULTS}/benchmarks/collect.json",
        configfile=CONFIGFILE,
        shards=lambda wildcards: f"{RESULTS}/runs",
        data=lambda wildcards: f"{RESULTS}/datasets",
    message:
        "Collecting the shards"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " collect --configfile {params.configfile:q}"
        " --shards {params.shards:q} --data {params.data:q}"
        " --runs {output.runs:q} --curves {output.curves:q} > {log:q} 2>&1"


rule cells:
    input:
        runs=rules.collect.output.runs,
    output:
        table=table("cells.parquet"),
    log:
        f"{RESULTS}/logs/cells.log",
    params:
        sources=sources("cells"),
        cost=f"{RESULTS}/benchmarks/cells.json",
        intervals=interval_flags(),
    message:
        "Summarizing cells"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " cells --runs {input.runs:q} --output {output.table:q}"
        " {params.intervals} > {log:q} 2>&1"


rule cell_curves:
    input:
        runs=rules.collect.output.runs,
        curves=rules.collect.output.curves,
    output:
        table=table("cell_curves.parquet"),
    log:
        f"{RESULTS}/logs/cell_curves.log",
    params:
        sources=sources("cell_curves"),
        cost=f"{RESULTS}/benchmarks/cell_curves.json",
    message:
        "Summarizing learning curves"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " cell-curves --runs {input.runs:q} --curves {input.curves:q}"
        " --output {output.table:q} > {log:q} 2>&1"
