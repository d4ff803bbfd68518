# Figures, drawn from tables only: a job for each group (docs/decisions/figure-groups.md).


for group, figures in FIGURE_GROUPS.items():

    rule:
        name:
            f"figures_{group}"
        input:
            tables=figure_tables(group),
        output:
            svg=figure_files(group, "svg"),
            words=figure_files(group, "json"),
            png=figure_pictures(group),
        log:
            f"{RESULTS}/logs/figures/{group}.log",
        group:
            "results"  # on a cluster; the profile names rules, and these have names of their own
        params:
            sources=figure_sources(group),
            cost=f"{RESULTS}/benchmarks/figures/{group}.json",
            # As JSON, whose escapes pass through a locale that has ASCII only.
            figures=json.dumps([job.description for job in figures]),
            confidence=STUDY.statistics.confidence,
            tables=lambda wildcards: f"{RESULTS}/tables",
            folder=lambda wildcards: f"{RESULTS}/figures",
            see={job.path: KINDS[job.kind].see for job in figures},  # for the caption
        message:
            figure_message(group)
        shell:
            "python -m momentum_study --cost {params.cost:q}"
            " figures --figures {params.figures:q} --confidence {params.confidence}"
            " --tables {params.tables:q} --output {params.folder:q} > {log:q} 2>&1"


rule figures:
    input:
        files=[
            file
            for group in FIGURE_GROUPS
            for suffix in ("svg", "png", "json")
            for file in figure_files(group, suffix)
        ],
