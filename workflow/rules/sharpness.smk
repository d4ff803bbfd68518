# The largest eigenvalue of the Hessian, at the start and along some runs, and what it foretells.


rule initial_sharpness:
    input:
        data=[start["data"] for start in STARTS],
        sources=sources("initial_sharpness"),
    output:
        report(
            f"{RESULTS}/tables/initial_sharpness.csv",
            caption="../report/initial_sharpness.rst",
            category="Tables",
            labels={"table": "initial sharpness"},
        ),
    log:
        f"{RESULTS}/logs/initial_sharpness.log",
    benchmark:
        f"{RESULTS}/benchmarks/initial_sharpness.tsv"
    params:
        starts=json.dumps(STARTS),
    message:
        "Measuring the sharpness where runs start"
    shell:
        "python -m momentum_study initial-sharpness --starts {params.starts:q}"
        " --output {output:q} > {log:q} 2>&1"


rule sharpness:
    input:
        data=prepared_data,
        sources=sources("sharpness"),
    output:
        f"{RESULTS}/sharpness/{{shard}}.csv",
    log:
        f"{RESULTS}/logs/sharpness/{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/sharpness/{{shard}}.tsv"
    resources:
        mem_mb=lambda wildcards, attempt: 1000 * attempt,
    params:
        follow=follow_flags,
        flags=lambda wildcards: to_flags(followed(wildcards).settings),
    message:
        "Following the sharpness of {wildcards.shard}"
    shell:
        "python -m momentum_study sharpness --data {input.data:q} --output {output:q}"
        " {params.follow} {params.flags} > {log:q} 2>&1"


rule stability:
    input:
        runs=rules.collect.output.runs,
        initial=rules.initial_sharpness.output,
        followed=[f"{RESULTS}/sharpness/{shard}.csv" for shard in FOLLOWED],
        sources=sources("stability"),
    output:
        sharpness=report(
            f"{RESULTS}/tables/sharpness.csv",
            caption="../report/sharpness.rst",
            category="Tables",
            labels={"table": "sharpness"},
        ),
        stability=report(
            f"{RESULTS}/tables/stability.csv",
            caption="../report/stability.rst",
            category="Tables",
            labels={"table": "stability"},
        ),
    log:
        f"{RESULTS}/logs/stability.log",
    benchmark:
        f"{RESULTS}/benchmarks/stability.tsv"
    params:
        confidence=STUDY.statistics.confidence,
        resamples=STUDY.statistics.resamples,
        seed=STUDY.seed,
    message:
        "Holding the stability line against the runs"
    shell:
        "python -m momentum_study stability --runs {input.runs:q} --initial {input.initial:q}"
        " --followed {input.followed:q} --sharpness {output.sharpness:q}"
        " --stability {output.stability:q} --confidence {params.confidence}"
        " --resamples {params.resamples} --seed {params.seed} > {log:q} 2>&1"
