# Training: one shard per job.
from snakemake.logging import logger


rule train:
    input:
        data=prepared_data,
        rule_files=rule_file,
    output:
        shard=f"{RESULTS}/runs/{{shard}}.parquet",
        timing=f"{RESULTS}/benchmarks/train/{{shard}}.json",
    log:
        f"{RESULTS}/logs/train/{{shard}}.log",
    priority: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        sources=sources("train"),
        flags=train_flags,
    message:
        "Training {wildcards.shard}"
    shell:
        "python -m momentum_study train --data {input.data:q} --output {output.shard:q}"
        " --timing {output.timing:q} --rule-files {input.rule_files:q} {params.flags}"
        " > {log:q} 2>&1"


# Without its record in .snakemake/metadata Snakemake goes by the dates of files alone.
onstart:
    retrained = [
        job.output.shard
        for job in workflow.dag.needrun_jobs()
        if job.rule.name == "train"
        and os.path.exists(job.output.shard)
        and not workflow.dag.reason(job).incomplete_output
    ]
    if (
        retrained
        and not workflow.touch
        and not any(map(workflow.persistence.metadata, retrained))
    ):
        logger.warning(
            f"warning: {len(retrained):,} finished shard(s) are trained again: other files are "
            "newer, and .snakemake/metadata has no record to tell whether they changed. If "
            f"{RESULTS} is a copy, stop now (Ctrl-C) and copy .snakemake/metadata too, or run once "
            "with --touch to keep the results as they are"
        )
