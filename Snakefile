# Momentum, measured: from a configuration to tables and figures.
#
#   snakemake --cores all                                    the paper study
#   snakemake --cores all --configfile config/smoke.yaml     another one
from snakemake.utils import min_version

min_version("9.20")


include: "workflow/rules/common.smk"
include: "workflow/rules/datasets.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/theory.smk"
include: "workflow/rules/sharpness.smk"
include: "workflow/rules/validation.smk"
include: "workflow/rules/verdicts.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/explorer.smk"
include: "workflow/rules/targets.smk"
include: "workflow/rules/provenance.smk"
include: "workflow/rules/compare.smk"


rule all:
    default_target: True
    input:
        rules.tables.input,
        rules.figures.input,
        rules.paper.output,
        rules.explorer.output,
        rules.provenance.output,


include: "workflow/rules/verify.smk"


localrules:
    all,
    tables,
    figures,
