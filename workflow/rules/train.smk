# Training: one shard per job.


rule train:
    input:
        data=prepared_data,
        rule_files=rule_file,
        sources=sources("train"),
    output:
        shard=f"{RESULTS}/runs/{{shard}}.parquet",
        timing=f"{RESULTS}/benchmarks/train/{{shard}}.json",
    log:
        f"{RESULTS}/logs/train/{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{shard}}.tsv"
    priority: 1
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        flags=train_flags,
    message:
        "Training {wildcards.shard}"
    shell:
        "python -m momentum_study train --data {input.data:q} --output {output.shard:q}"
        " --timing {output.timing:q} --rule-files {input.rule_files:q} {params.flags}"
        " > {log:q} 2>&1"
