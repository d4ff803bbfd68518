# Versions, processor, kernels, commit and timings of the results. Not part of any comparison.


rule provenance:
    input:
        tables=rules.tables.input,
        figures=rules.figures.input,
        paper=rules.paper.output,
        explorer=rules.explorer.output,
        costs=rules.cost.output,
        sources=sources("provenance"),
    output:
        record=f"{RESULTS}/provenance.json",
    log:
        f"{RESULTS}/logs/provenance.log",
    params:
        configfile=CONFIGFILE,
        folder=lambda wildcards: f"{RESULTS}/benchmarks",
    message:
        "Recording provenance"
    shell:
        "python -m momentum_study provenance --configfile {params.configfile:q}"
        " --benchmarks {params.folder:q} --costs {input.costs:q} --output {output.record:q} > {log:q} 2>&1"
