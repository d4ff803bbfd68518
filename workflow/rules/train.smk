# Training: one shard per job.


rule train:
    input:
        data=lambda wildcards: data_path(
            SHARDS[wildcards.shard].dataset, SHARDS[wildcards.shard].data
        ),
        rule_files=rule_file,
    output:
        # Not removed before its job starts: what it has of the same design is kept.
        shard=update(f"{RESULTS}/runs/{{shard}}.parquet"),
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
        " --timing {output.timing:q} --sources {params.sources} --rule-files {input.rule_files:q}"
        " {params.flags} > {log:q} 2>&1"
