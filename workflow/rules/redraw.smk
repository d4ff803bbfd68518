# Figures and paper from the tables of a finished study, without its runs:
#
#   snakemake --cores all figures paper --config tables=published
#
# Nothing else can be made from tables alone, so the workflow has no other rules then.
from snakemake.logging import logger

if refused := sorted({"tables", "explorer", "provenance", "verify", "compare"} & set(sys.argv)):
    sys.exit(
        f"error: tables={REDRAWN.name}: {', '.join(refused)} cannot be made from tables alone; "
        "name the targets figures and paper, or leave out --config tables=…"
    )


rule existing_table:
    input:
        f"results/{REDRAWN.name}/tables/{{table}}",
    output:
        f"{RESULTS}/tables/{{table}}",
    message:
        "Copying {wildcards.table}"
    shell:
        "cp {input:q} {output:q}"


# The cells are not published, because the table of runs is enough to compute them.
include: "cells.smk"


ruleorder: cells > existing_table


include: "figures.smk"
include: "paper.smk"


rule all:
    default_target: True
    input:
        figures=rules.figures.input,
        paper=rules.paper.output,


localrules:
    all,
    existing_table,
    figures,


onstart:
    if missing := REDRAWN.not_drawn():
        logger.warning(
            f"not drawn, and not in the paper, because they need the runs: {', '.join(missing)}"
        )
