# The largest eigenvalue of the Hessian, at the start and along some runs, and what it predicts.


rule initial_sharpness:
    input:
        data=[start["data"] for start in STARTS],
        sources=sources("initial_sharpness"),
    output:
        table=table("initial_sharpness.csv"),
    log:
        f"{RESULTS}/logs/initial_sharpness.log",
    benchmark:
        f"{RESULTS}/benchmarks/initial_sharpness.tsv"
    params:
        starts=json.dumps(STARTS),
    message:
        "Measuring the sharpness at the start of runs"
    shell:
        "python -m momentum_study initial-sharpness --starts {params.starts:q}"
        " --output {output.table:q} > {log:q} 2>&1"


rule sharpness:
    input:
        data=prepared_data,
        sources=sources("sharpness"),
    output:
        table=f"{RESULTS}/sharpness/{{shard}}.csv",
    log:
        f"{RESULTS}/logs/sharpness/{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/sharpness/{{shard}}.tsv"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        follow=follow_flags,
        flags=lambda wildcards: to_flags(shard_settings(STUDY, followed(wildcards))),
    message:
        "Following the sharpness of {wildcards.shard}"
    shell:
        "python -m momentum_study sharpness --data {input.data:q} --output {output.table:q}"
        " {params.follow} {params.flags} > {log:q} 2>&1"


rule stability:
    input:
        runs=rules.collect.output.runs,
        initial=rules.initial_sharpness.output,
        followed=[f"{RESULTS}/sharpness/{shard}.csv" for shard in FOLLOWED],
        sources=sources("stability"),
    output:
        sharpness=table("sharpness.csv"),
        stability=table("stability.csv"),
    log:
        f"{RESULTS}/logs/stability.log",
    benchmark:
        f"{RESULTS}/benchmarks/stability.tsv"
    params:
        intervals=interval_flags(),
    message:
        "Comparing the stability limit with the runs"
    shell:
        "python -m momentum_study stability --runs {input.runs:q} --initial {input.initial:q}"
        " --followed {input.followed:q} --sharpness {output.sharpness:q}"
        " --stability {output.stability:q} {params.intervals} > {log:q} 2>&1"
