# The explorer: one page, made from tables only.


rule explorer:
    input:
        cells=rules.cells.output,
        runs=rules.collect.output.runs,
        curves=rules.cell_curves.output,
        initial=rules.initial_sharpness.output,
    output:
        page=report(
            f"{RESULTS}/explorer.html",
            caption="../report/explorer.rst",
            category="Explorer",
            labels={"page": "cells and learning curves"},
        ),
    log:
        f"{RESULTS}/logs/explorer.log",
    params:
        sources=sources("explorer"),
        cost=f"{RESULTS}/benchmarks/explorer.json",
        folder=lambda wildcards: f"{RESULTS}/tables",
        study=STUDY.study,
        description=lambda wildcards: STUDY.description,
        families=FAMILIES,
        confidence=STUDY.statistics.confidence,
    message:
        "Writing the explorer"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " explorer --tables {params.folder:q} --output {output.page:q}"
        " --study {params.study:q} --description={params.description:q}"
        " --families {params.families:q} --confidence {params.confidence} > {log:q} 2>&1"
