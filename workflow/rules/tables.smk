# From shards to tables, and from tables to tables.


rule collect:
    input:
        shards=[f"{RESULTS}/runs/{path}" for path in SHARDS],
        data=all_blocks(),
        sources=sources("collect"),
    output:
        runs=report(
            f"{RESULTS}/tables/runs.parquet",
            caption="../report/runs.rst",
            category="Tables",
            labels={"table": "runs"},
        ),
        curves=report(
            f"{RESULTS}/tables/curves.parquet",
            caption="../report/curves.rst",
            category="Tables",
            labels={"table": "curves"},
        ),
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
        report(
            f"{RESULTS}/tables/cells.parquet",
            caption="../report/cells.rst",
            category="Tables",
            labels={"table": "cells"},
        ),
    log:
        f"{RESULTS}/logs/cells.log",
    benchmark:
        f"{RESULTS}/benchmarks/cells.tsv"
    params:
        confidence=STUDY.statistics.confidence,
        resamples=STUDY.statistics.resamples,
        seed=STUDY.seed,
    message:
        "Summarising cells"
    shell:
        "python -m momentum_study cells --runs {input.runs:q} --output {output:q}"
        " --confidence {params.confidence} --resamples {params.resamples} --seed {params.seed}"
        " > {log:q} 2>&1"


rule cell_curves:
    input:
        runs=rules.collect.output.runs,
        curves=rules.collect.output.curves,
        sources=sources("cell_curves"),
    output:
        report(
            f"{RESULTS}/tables/cell_curves.parquet",
            caption="../report/cell_curves.rst",
            category="Tables",
            labels={"table": "cell curves"},
        ),
    log:
        f"{RESULTS}/logs/cell_curves.log",
    benchmark:
        f"{RESULTS}/benchmarks/cell_curves.tsv"
    message:
        "Summarising learning curves"
    shell:
        "python -m momentum_study cell-curves --runs {input.runs:q} --curves {input.curves:q}"
        " --output {output:q} > {log:q} 2>&1"


# Costs differ from run to run; they are compared with nothing.
rule cost:
    input:
        timings=[f"{RESULTS}/benchmarks/train/{path}" for path in TIMINGS],
        tables=[*rules.collect.output, *rules.cells.output],
        sources=sources("cost"),
    output:
        report(
            f"{RESULTS}/tables/cost.csv",
            caption="../report/cost.rst",
            category="Tables",
            labels={"table": "cost"},
        ),
    log:
        f"{RESULTS}/logs/cost.log",
    params:
        configfile=CONFIGFILE,
        folder=lambda wildcards: f"{RESULTS}/benchmarks",
    message:
        "Putting costs together"
    shell:
        "python -m momentum_study cost --configfile {params.configfile:q}"
        " --benchmarks {params.folder:q} --output {output:q} > {log:q} 2>&1"
