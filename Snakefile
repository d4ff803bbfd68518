# So that `snakemake` finds the workflow from this folder. An include does not set the target.
include: "workflow/Snakefile"


workflow.default_target = "all"
