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


# Like the table of cells, in parts.
rule cell_curves:
    input:
        runs=rules.collect.output.runs,
        curves=rules.collect.output.curves,
        parts=tables_of_parts("cell_curves", CELL_PARTS, "cell_curves.parquet"),
    output:
        table=table("cell_curves.parquet"),
    log:
        f"{RESULTS}/logs/cell_curves.log",
    params:
        sources=sources("cell_curves"),
        cost=f"{RESULTS}/benchmarks/cell_curves.json",
        scope=join_flags("cell_curves", CELL_PARTS),
    message:
        "Summarizing learning curves"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " cell-curves --runs {input.runs:q} --curves {input.curves:q}"
        " --output {output.table:q} {params.scope} > {log:q} 2>&1"


use rule cell_curves as cell_curves_part with:
    input:
        runs=rules.collect.output.runs,
        curves=rules.collect.output.curves,
    output:
        table=temp(f"{RESULTS}/parts/cell_curves/{{part}}/cell_curves.parquet"),
    log:
        f"{RESULTS}/logs/cell_curves_part/{{part}}.log",
    params:
        cost=f"{RESULTS}/benchmarks/cell_curves_part/{{part}}.json",
        scope=lambda wildcards: to_flags(CELL_PARTS[wildcards.part]),
    message:
        "Summarizing learning curves, part {wildcards.part}"
