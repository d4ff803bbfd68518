# Update rules on quadratics, compared with closed forms, and on two-dimensional landscapes.


rule theory:
    output:
        table=table("theory.csv"),
    log:
        f"{RESULTS}/logs/theory.log",
    params:
        sources=sources("theory"),
        cost=f"{RESULTS}/benchmarks/theory.json",
        draws=STUDY.theory.draws,
        seed=STUDY.seed,
    message:
        "Comparing the update rules with closed forms"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " theory --draws {params.draws} --seed {params.seed}"
        " --output {output.table:q} > {log:q} 2>&1"


rule landscapes:
    output:
        landscapes=table("landscapes.csv"),
        trajectories=table("trajectories.csv"),
    log:
        f"{RESULTS}/logs/landscapes.log",
    params:
        sources=sources("landscapes"),
        cost=f"{RESULTS}/benchmarks/landscapes.json",
        draws=STUDY.landscapes.draws,
        beta=STUDY.verdicts.beta,
        intervals=interval_flags(STUDY.landscapes.resamples),
    message:
        "Running the update rules on landscapes"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " landscapes --draws {params.draws} --beta {params.beta}"
        " {params.intervals} --landscapes {output.landscapes:q}"
        " --trajectories {output.trajectories:q} > {log:q} 2>&1"
