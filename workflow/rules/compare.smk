# Comparison of two studies, or of two grids. The rule exists if both are named:
#
#   snakemake --cores all compare --config baseline=published candidate=mine
from momentum_study.studies.compare.request import finished_files, read_request

try:
    COMPARED = read_request(workflow.config_settings.config, wanted="compare" in sys.argv)
    # The study of the configuration file is updated first; other studies are used as they are.
    SIDES = {
        name.study: (
            [*rules.collect.output[:1], *rules.provenance.output]
            if name.study == STUDY.study
            else finished_files(Path("results"), name)
        )
        for name in ([COMPARED.baseline, COMPARED.candidate] if COMPARED else [])
    }
except StudyError as error:
    sys.exit(f"error: {error}")


if COMPARED:

    rule compare:
        input:
            baseline=SIDES[COMPARED.baseline.study],
            candidate=SIDES[COMPARED.candidate.study],
        output:
            cells=f"results/{COMPARED.folder}/cells.csv",
            summary=f"results/{COMPARED.folder}/summary.csv",
            differences=f"results/{COMPARED.folder}/differences.csv",
            figures=directory(f"results/{COMPARED.folder}/figures"),
            page=f"results/{COMPARED.folder}/index.html",
        log:
            f"results/{COMPARED.folder}/compare.log",
        params:
            sources=sources("compare"),
            baseline=str(COMPARED.baseline),
            candidate=str(COMPARED.candidate),
            match=COMPARED.match,
            folder=lambda wildcards: f"results/{COMPARED.folder}",
        message:
            "Comparing {params.candidate} with {params.baseline}"
        shell:
            "python -m momentum_study compare --baseline {params.baseline:q}"
            " --candidate {params.candidate:q} --match {params.match} --results results"
            " --output {params.folder:q} > {log:q} 2>&1"
