# What made these results: versions, processor, kernels, commit, timings. Compared with nothing.


rule provenance:
    input:
        rules.tables.input,
        rules.figures.input,
        rules.paper.output,
        rules.explorer.output,
        costs=rules.cost.output,
        sources=sources("provenance"),
    output:
        f"{RESULTS}/provenance.json",
    log:
        f"{RESULTS}/logs/provenance.log",
    params:
        configfile=CONFIGFILE,
        folder=lambda wildcards: f"{RESULTS}/benchmarks",
    message:
        "Recording provenance"
    shell:
        "python -m momentum_study provenance --configfile {params.configfile:q}"
        " --benchmarks {params.folder:q} --costs {input.costs:q} --output {output:q} > {log:q} 2>&1"
