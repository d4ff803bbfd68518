# The largest eigenvalue of the Hessian, at the start and along some runs, and what it predicts.


rule initial_sharpness:
    input:
        data=[start["data"] for start in STARTS],
    output:
        table=table("initial_sharpness.csv"),
    log:
        f"{RESULTS}/logs/initial_sharpness.log",
    params:
        sources=sources("initial_sharpness"),
        cost=f"{RESULTS}/benchmarks/initial_sharpness.json",
        starts=json.dumps(STARTS),
        kernels=STUDY.kernels,
    message:
        "Measuring the sharpness at the start of runs"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " initial-sharpness --starts {params.starts:q}"
        " --output {output.table:q} --kernels {params.kernels} > {log:q} 2>&1"


rule sharpness:
    input:
        data=lambda wildcards: data_path(followed(wildcards).dataset, followed(wildcards).block),
    output:
        table=f"{RESULTS}/sharpness/{{shard}}.csv",
    log:
        f"{RESULTS}/logs/sharpness/{{shard}}.log",
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        sources=sources("sharpness"),
        cost=f"{RESULTS}/benchmarks/sharpness/{{shard}}.json",
        follow=follow_flags,
        flags=lambda wildcards: to_flags(followed(wildcards).settings),
    message:
        "Following the sharpness of {wildcards.shard}"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " sharpness --data {input.data:q} --output {output.table:q}"
        " {params.follow} {params.flags} > {log:q} 2>&1"


rule stability:
    input:
        runs=rules.collect.output.runs,
        initial=rules.initial_sharpness.output,
        followed=[f"{RESULTS}/sharpness/{shard}.csv" for shard in FOLLOWED],
    output:
        sharpness=table("sharpness.csv"),
        stability=table("stability.csv"),
    log:
        f"{RESULTS}/logs/stability.log",
    params:
        sources=sources("stability"),
        cost=f"{RESULTS}/benchmarks/stability.json",
        intervals=interval_flags(),
    message:
        "Comparing the stability limit with the runs"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " stability --runs {input.runs:q} --initial {input.initial:q}"
        " --followed {input.followed:q} --sharpness {output.sharpness:q}"
        " --stability {output.stability:q} {params.intervals} > {log:q} 2>&1"
