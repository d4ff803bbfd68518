# The update rules against mathematics: on quadratics and on landscapes in the plane.


rule theory:
    input:
        sources=sources("theory"),
    output:
        report(
            f"{RESULTS}/tables/theory.csv",
            caption="../report/theory.rst",
            category="Tables",
            labels={"table": "theory"},
        ),
    log:
        f"{RESULTS}/logs/theory.log",
    benchmark:
        f"{RESULTS}/benchmarks/theory.tsv"
    params:
        draws=STUDY.theory.draws,
        seed=STUDY.seed,
    message:
        "Holding the rules against closed forms"
    shell:
        "python -m momentum_study theory --draws {params.draws} --seed {params.seed}"
        " --output {output:q} > {log:q} 2>&1"


rule landscapes:
    input:
        sources=sources("landscapes"),
    output:
        landscapes=report(
            f"{RESULTS}/tables/landscapes.csv",
            caption="../report/landscapes.rst",
            category="Tables",
            labels={"table": "landscapes"},
        ),
        trajectories=report(
            f"{RESULTS}/tables/trajectories.csv",
            caption="../report/trajectories.rst",
            category="Tables",
            labels={"table": "trajectories"},
        ),
    log:
        f"{RESULTS}/logs/landscapes.log",
    benchmark:
        f"{RESULTS}/benchmarks/landscapes.tsv"
    params:
        draws=STUDY.landscapes.draws,
        seed=STUDY.seed,
    message:
        "Running over landscapes"
    shell:
        "python -m momentum_study landscapes --draws {params.draws} --seed {params.seed}"
        " --landscapes {output.landscapes:q} --trajectories {output.trajectories:q}"
        " > {log:q} 2>&1"
