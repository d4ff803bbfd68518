# The paper: text, tables and figures.


rule paper:
    input:
        tables=[f"{RESULTS}/tables/{name}" for name in PAPER_TABLES],
        drawings=[f"{RESULTS}/figures/{job.path}.svg" for job in PLATES.values()],
        words=[f"{RESULTS}/figures/{job.path}.json" for job in PLATES.values()],
        text=PAPER_TEXT,
    output:
        pdf=report(
            f"{RESULTS}/paper.pdf",
            caption="../report/paper.rst",
            category="Paper",
            labels={"document": "paper"},
        ),
    log:
        f"{RESULTS}/logs/paper.log",
    params:
        sources=sources("paper", *map(schema_module, PAPER_TABLES)),
        cost=f"{RESULTS}/benchmarks/paper.json",
        tables=lambda wildcards: f"{RESULTS}/tables",
        figures=lambda wildcards: f"{RESULTS}/figures",
        plates=json.dumps({kind: job.path for kind, job in PLATES.items()}),
        study=STUDY.study,
        description=lambda wildcards: STUDY.description,
        verdicts=STUDY.verdicts.model_dump_json(),
        confidence=STUDY.statistics.confidence,
        resamples=STUDY.statistics.resamples,
        targets=STUDY.targets,
        loss_limit=STUDY.loss_limit,
    message:
        "Typesetting the paper"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " paper --source paper/main.typ --tables {params.tables:q}"
        " --figures {params.figures:q} --plates {params.plates:q} --study {params.study:q}"
        " --description={params.description:q} --verdicts {params.verdicts:q}"
        " --confidence {params.confidence} --resamples {params.resamples}"
        " --targets {params.targets} --loss-limit {params.loss_limit} --output {output.pdf:q}"
        " > {log:q} 2>&1"
