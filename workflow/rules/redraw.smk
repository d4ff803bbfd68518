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


# Not published, because the table of runs is enough to compute it.
rule cells:
    input:
        runs=f"{RESULTS}/tables/runs.parquet",
    output:
        table=f"{RESULTS}/tables/cells.parquet",
    log:
        f"{RESULTS}/logs/cells.log",
    params:
        sources=sources("cells"),
        intervals=interval_flags(),
    message:
        "Summarizing cells"
    shell:
        "python -m momentum_study cells --runs {input.runs:q} --output {output.table:q}"
        " {params.intervals} > {log:q} 2>&1"


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
