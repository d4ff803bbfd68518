# From runs to verdicts: fair comparisons, what tuning costs, and the claims.


rule contrasts:
    input:
        runs=rules.collect.output.runs,
        rule_files=STUDY.rule_files,
        sources=sources("contrasts"),
    output:
        pairs=report(
            f"{RESULTS}/tables/pairs.parquet",
            caption="../report/pairs.rst",
            category="Tables",
            labels={"table": "pairs"},
        ),
        tuned=report(
            f"{RESULTS}/tables/tuned.csv",
            caption="../report/tuned.rst",
            category="Tables",
            labels={"table": "tuned"},
        ),
        contrasts=report(
            f"{RESULTS}/tables/contrasts.csv",
            caption="../report/contrasts.rst",
            category="Tables",
            labels={"table": "contrasts"},
        ),
        advice=report(
            f"{RESULTS}/tables/advice.csv",
            caption="../report/advice.rst",
            category="Tables",
            labels={"table": "advice"},
        ),
    log:
        f"{RESULTS}/logs/contrasts.log",
    benchmark:
        f"{RESULTS}/benchmarks/contrasts.tsv"
    params:
        families=FAMILIES,
        beta=STUDY.verdicts.beta,
        rates=STUDY.verdicts.learning_rates,
        floor=STUDY.verdicts.loss_floor,
        oscillating=STUDY.verdicts.oscillating_share,
        slow=STUDY.verdicts.slow_loss,
        confidence=STUDY.statistics.confidence,
        resamples=STUDY.statistics.resamples,
        seed=STUDY.seed,
    message:
        "Tuning, pairing and comparing"
    shell:
        "python -m momentum_study contrasts --runs {input.runs:q} --families {params.families:q}"
        " --rule-files {input.rule_files:q}"
        " --tuned {output.tuned:q} --pairs {output.pairs:q} --contrasts {output.contrasts:q}"
        " --advice {output.advice:q} --beta {params.beta} --rates {params.rates}"
        " --floor {params.floor} --oscillating-share {params.oscillating}"
        " --slow-loss {params.slow} --confidence {params.confidence}"
        " --resamples {params.resamples} --seed {params.seed} > {log:q} 2>&1"


rule trials:
    input:
        runs=rules.collect.output.runs,
        initial=rules.initial_sharpness.output,
        rule_files=STUDY.rule_files,
        sources=sources("trials"),
    output:
        budget=report(
            f"{RESULTS}/tables/budget.csv",
            caption="../report/budget.rst",
            category="Tables",
            labels={"table": "budget"},
        ),
        profiles=report(
            f"{RESULTS}/tables/profiles.csv",
            caption="../report/profiles.rst",
            category="Tables",
            labels={"table": "profiles"},
        ),
        sensitivity=report(
            f"{RESULTS}/tables/sensitivity.csv",
            caption="../report/sensitivity.rst",
            category="Tables",
            labels={"table": "sensitivity"},
        ),
    log:
        f"{RESULTS}/logs/trials.log",
    benchmark:
        f"{RESULTS}/benchmarks/trials.tsv"
    params:
        families=FAMILIES,
        beta=STUDY.verdicts.beta,
        floor=STUDY.verdicts.loss_floor,
        margin=STUDY.verdicts.margins.log_ratio,
        confidence=STUDY.statistics.confidence,
        resamples=STUDY.statistics.resamples,
        seed=STUDY.seed,
    message:
        "Measuring what tuning costs"
    shell:
        "python -m momentum_study trials --runs {input.runs:q} --initial {input.initial:q}"
        " --rule-files {input.rule_files:q}"
        " --families {params.families:q} --budget {output.budget:q} --profiles {output.profiles:q}"
        " --sensitivity {output.sensitivity:q} --floor {params.floor} --margin {params.margin}"
        " --beta {params.beta} --confidence {params.confidence} --resamples {params.resamples}"
        " --seed {params.seed} > {log:q} 2>&1"


rule claims:
    input:
        pairs=rules.contrasts.output.pairs,
        landscapes=rules.landscapes.output.landscapes,
        initial=rules.initial_sharpness.output,
        datasets=rules.datasets.output,
        sources=sources("claims"),
    output:
        claims=report(
            f"{RESULTS}/tables/claims.csv",
            caption="../report/claims.rst",
            category="Verdicts",
            labels={"table": "claims"},
        ),
        cases=report(
            f"{RESULTS}/tables/claim_cases.csv",
            caption="../report/claim_cases.rst",
            category="Verdicts",
            labels={"table": "cases"},
        ),
        step_costs=report(
            f"{RESULTS}/tables/step_costs.csv",
            caption="../report/step_costs.rst",
            category="Verdicts",
            labels={"table": "step costs"},
        ),
    log:
        f"{RESULTS}/logs/claims.log",
    benchmark:
        f"{RESULTS}/benchmarks/claims.tsv"
    params:
        families=FAMILIES,
        verdicts=STUDY.verdicts.model_dump_json(),
        confidence=STUDY.statistics.confidence,
        resamples=STUDY.statistics.resamples,
        seed=STUDY.seed,
    message:
        "Judging the claims"
    shell:
        "python -m momentum_study claims --pairs {input.pairs:q} --landscapes {input.landscapes:q}"
        " --initial {input.initial:q} --datasets {input.datasets:q} --families {params.families:q}"
        " --verdicts {params.verdicts:q} --cases {output.cases:q} --claims {output.claims:q}"
        " --step-costs {output.step_costs:q} --confidence {params.confidence}"
        " --resamples {params.resamples} --seed {params.seed} > {log:q} 2>&1"
