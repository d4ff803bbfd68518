# The table of cells, also where a table of runs is all there is of a study (redraw.smk). That of a
# large study is computed in parts, by jobs that run at the same time, and then joined.


rule cells:
    input:
        runs=f"{RESULTS}/tables/runs.parquet",
        parts=tables_of_parts("cells", CELL_PARTS, "cells.parquet"),
    output:
        table=table("cells.parquet"),
    log:
        f"{RESULTS}/logs/cells.log",
    params:
        sources=sources("cells"),
        cost=f"{RESULTS}/benchmarks/cells.json",
        intervals=interval_flags(),
        scope=join_flags("cells", CELL_PARTS),
    message:
        "Summarizing cells"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " cells --runs {input.runs:q} --output {output.table:q}"
        " {params.intervals} {params.scope} > {log:q} 2>&1"


use rule cells as cells_part with:
    input:
        runs=f"{RESULTS}/tables/runs.parquet",
    output:
        table=temp(f"{RESULTS}/parts/cells/{{part}}/cells.parquet"),
    log:
        f"{RESULTS}/logs/cells_part/{{part}}.log",
    params:
        cost=f"{RESULTS}/benchmarks/cells_part/{{part}}.json",
        scope=lambda wildcards: to_flags(CELL_PARTS[wildcards.part]),
    message:
        "Summarizing cells, part {wildcards.part}"
