# Tables of runs and curves from the shards, and their summaries.


rule collect:
    input:
        shards=[f"{RESULTS}/runs/{shard}.parquet" for shard in SHARDS],
        data=all_blocks(),
        sources=sources("collect"),
    output:
        runs=table("runs.parquet"),
        curves=table("curves.parquet"),
    log:
        f"{RESULTS}/logs/collect.log",
    benchmark:
        f"{RESULTS}/benchmarks/collect.tsv"
    params:
        configfile=CONFIGFILE,
        shards=lambda wildcards: f"{RESULTS}/runs",
        data=lambda wildcards: f"{RESULTS}/datasets",
    message:
        "Collecting the shards"
    shell:
        "python -m momentum_study collect --configfile {params.configfile:q}"
        " --shards {params.shards:q} --data {params.data:q}"
        " --runs {output.runs:q} --curves {output.curves:q} > {log:q} 2>&1"


rule cells:
    input:
        runs=rules.collect.output.runs,
        sources=sources("cells"),
    output:
        table=table("cells.parquet"),
    log:
        f"{RESULTS}/logs/cells.log",
    benchmark:
        f"{RESULTS}/benchmarks/cells.tsv"
    params:
        intervals=interval_flags(),
    message:
        "Summarizing cells"
    shell:
        "python -m momentum_study cells --runs {input.runs:q} --output {output.table:q}"
        " {params.intervals} > {log:q} 2>&1"


rule cell_curves:
    input:
        runs=rules.collect.output.runs,
        curves=rules.collect.output.curves,
        sources=sources("cell_curves"),
    output:
        table=table("cell_curves.parquet"),
    log:
        f"{RESULTS}/logs/cell_curves.log",
    benchmark:
        f"{RESULTS}/benchmarks/cell_curves.tsv"
    message:
        "Summarizing learning curves"
    shell:
        "python -m momentum_study cell-curves --runs {input.runs:q} --curves {input.curves:q}"
        " --output {output.table:q} > {log:q} 2>&1"


# Costs differ between runs and are not part of any comparison.
rule cost:
    input:
        timings=[f"{RESULTS}/benchmarks/train/{shard}.json" for shard in SHARDS],
        tables=[*rules.collect.output, *rules.cells.output],
        sources=sources("cost"),
    output:
        table=table("cost.csv"),
    log:
        f"{RESULTS}/logs/cost.log",
    params:
        configfile=CONFIGFILE,
        folder=lambda wildcards: f"{RESULTS}/benchmarks",
    message:
        "Collecting costs"
    shell:
        "python -m momentum_study cost --configfile {params.configfile:q}"
        " --benchmarks {params.folder:q} --output {output.table:q} > {log:q} 2>&1"
