# Versions, processor, kernels and commit of the results, and what every job cost: the last job. Both
# differ between runs and are not part of any comparison.


rule provenance:
    input:
        tables=rules.tables.input,
        figures=rules.figures.input,
        paper=rules.paper.output,
        explorer=rules.explorer.output,
        timings=[f"{RESULTS}/benchmarks/train/{shard}.json" for shard in SHARDS],
    output:
        record=f"{RESULTS}/provenance.json",
        costs=table("cost.csv"),
    log:
        f"{RESULTS}/logs/provenance.log",
    params:
        sources=sources("provenance"),
        configfile=CONFIGFILE,
        costs=lambda wildcards: f"{RESULTS}/benchmarks",
        kernels=STUDY.kernels,
    message:
        "Recording provenance and costs"
    shell:
        "python -m momentum_study provenance --configfile {params.configfile:q}"
        " --costs {params.costs:q} --cost-table {output.costs:q} --output {output.record:q}"
        " --kernels {params.kernels} > {log:q} 2>&1"
