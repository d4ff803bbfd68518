# Verdicts: comparisons of update rules, the cost of tuning, and the claims.


# Like the tables of cells, these are computed in parts: of whole problems.
rule contrasts:
    input:
        runs=rules.collect.output.runs,
        rule_files=STUDY.rule_files,
        parts=tables_of_parts(
            "contrasts",
            PROBLEM_PARTS,
            *("pairs.parquet", "tuned.csv", "contrasts.csv", "advice.csv"),
        ),
    output:
        pairs=table("pairs.parquet"),
        tuned=table("tuned.csv"),
        contrasts=table("contrasts.csv"),
        advice=table("advice.csv"),
    log:
        f"{RESULTS}/logs/contrasts.log",
    params:
        sources=sources("contrasts"),
        cost=f"{RESULTS}/benchmarks/contrasts.json",
        comparison=comparison_flags(),
        rates=STUDY.verdicts.learning_rates,
        oscillating=STUDY.verdicts.oscillating_share,
        slow=STUDY.verdicts.slow_loss,
        scope=join_flags("contrasts", PROBLEM_PARTS),
    message:
        "Comparing update rules"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " contrasts --runs {input.runs:q}"
        " --rule-files {input.rule_files:q}"
        " --tuned {output.tuned:q} --pairs {output.pairs:q} --contrasts {output.contrasts:q}"
        " --advice {output.advice:q} --rates {params.rates}"
        " --oscillating-share {params.oscillating} --slow-loss {params.slow}"
        " {params.comparison} {params.scope} > {log:q} 2>&1"


use rule contrasts as contrasts_part with:
    input:
        runs=rules.collect.output.runs,
        rule_files=STUDY.rule_files,
    output:
        pairs=temp(f"{RESULTS}/parts/contrasts/{{part}}/pairs.parquet"),
        tuned=temp(f"{RESULTS}/parts/contrasts/{{part}}/tuned.csv"),
        contrasts=temp(f"{RESULTS}/parts/contrasts/{{part}}/contrasts.csv"),
        advice=temp(f"{RESULTS}/parts/contrasts/{{part}}/advice.csv"),
    log:
        f"{RESULTS}/logs/contrasts_part/{{part}}.log",
    params:
        cost=f"{RESULTS}/benchmarks/contrasts_part/{{part}}.json",
        scope=lambda wildcards: to_flags(PROBLEM_PARTS[wildcards.part]),
    message:
        "Comparing update rules, part {wildcards.part}"


rule trials:
    input:
        runs=rules.collect.output.runs,
        initial=rules.initial_sharpness.output,
        rule_files=STUDY.rule_files,
        parts=tables_of_parts(
            "trials", PROBLEM_PARTS, "budget.csv", "arm_costs.csv", "sensitivity.csv"
        ),
    output:
        budget=table("budget.csv"),
        profiles=table("profiles.csv"),
        sensitivity=table("sensitivity.csv"),
    log:
        f"{RESULTS}/logs/trials.log",
    params:
        sources=sources("trials"),
        cost=f"{RESULTS}/benchmarks/trials.json",
        comparison=comparison_flags(),
        margin=STUDY.verdicts.margins.log_ratio,
        scope=join_flags("trials", PROBLEM_PARTS),
    message:
        "Measuring the cost of tuning"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " trials --runs {input.runs:q} --initial {input.initial:q}"
        " --rule-files {input.rule_files:q} --budget {output.budget:q}"
        " --profiles {output.profiles:q} --sensitivity {output.sensitivity:q}"
        " --margin {params.margin} {params.comparison} {params.scope} > {log:q} 2>&1"


use rule trials as trials_part with:
    input:
        runs=rules.collect.output.runs,
        initial=rules.initial_sharpness.output,
        rule_files=STUDY.rule_files,
    output:
        budget=temp(f"{RESULTS}/parts/trials/{{part}}/budget.csv"),
        profiles=temp(f"{RESULTS}/parts/trials/{{part}}/arm_costs.csv"),
        sensitivity=temp(f"{RESULTS}/parts/trials/{{part}}/sensitivity.csv"),
    log:
        f"{RESULTS}/logs/trials_part/{{part}}.log",
    params:
        cost=f"{RESULTS}/benchmarks/trials_part/{{part}}.json",
        scope=lambda wildcards: to_flags(PROBLEM_PARTS[wildcards.part]),
    message:
        "Measuring the cost of tuning, part {wildcards.part}"


rule claims:
    input:
        pairs=rules.contrasts.output.pairs,
        landscapes=rules.landscapes.output.landscapes,
        initial=rules.initial_sharpness.output,
        datasets=rules.datasets.output,
    output:
        claims=table("claims.csv", "Verdicts"),
        cases=table("claim_cases.csv", "Verdicts"),
        step_costs=table("step_costs.csv", "Verdicts"),
    log:
        f"{RESULTS}/logs/claims.log",
    params:
        sources=sources("claims"),
        cost=f"{RESULTS}/benchmarks/claims.json",
        families=FAMILIES,
        verdicts=STUDY.verdicts.model_dump_json(),
        intervals=interval_flags(),
    message:
        "Judging the claims"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " claims --pairs {input.pairs:q} --landscapes {input.landscapes:q}"
        " --initial {input.initial:q} --datasets {input.datasets:q} --families {params.families:q}"
        " --verdicts {params.verdicts:q} --cases {output.cases:q} --claims {output.claims:q}"
        " --step-costs {output.step_costs:q} {params.intervals} > {log:q} 2>&1"
