# Figures: one job each, drawn from tables only.


rule figure:
    input:
        tables=figure_tables,
    output:
        svg=f"{RESULTS}/figures/{{figure}}.svg",
        words=f"{RESULTS}/figures/{{figure}}.json",
        png=report(
            f"{RESULTS}/figures/{{figure}}.png",
            caption="../report/figure.rst",
            category="Figures",
            labels=lambda wildcards: FIGURES[wildcards.figure].labels,
        ),
    log:
        f"{RESULTS}/logs/figures/{{figure}}.log",
    params:
        sources=figure_sources,
        cost=f"{RESULTS}/benchmarks/figures/{{figure}}.json",
        flags=lambda wildcards: FIGURES[wildcards.figure].flags,
        confidence=STUDY.statistics.confidence,
        folder=lambda wildcards: f"{RESULTS}/tables",
        see=lambda wildcards: KINDS[FIGURES[wildcards.figure].kind].see,  # for the caption
    message:
        "Drawing {wildcards.figure}"
    shell:
        "python -m momentum_study --cost {params.cost:q}"
        " figure {params.flags} --confidence {params.confidence}"
        " --tables {params.folder:q}"
        " --svg {output.svg:q} --png {output.png:q} --words {output.words:q} > {log:q} 2>&1"


rule figures:
    input:
        files=expand(
            f"{RESULTS}/figures/{{figure}}.{{suffix}}",
            figure=FIGURES,
            suffix=["svg", "png", "json"],
        ),
