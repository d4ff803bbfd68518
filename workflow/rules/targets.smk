# What can be asked for by name, besides everything.


rule tables:
    input:
        rules.collect.output,
        rules.cells.output,
        rules.cell_curves.output,
        rules.cost.output,
        rules.theory.output,
        rules.landscapes.output,
        rules.initial_sharpness.output,
        rules.stability.output,
        rules.validation.output,
        rules.datasets.output,
        rules.contrasts.output,
        rules.trials.output,
        rules.claims.output,


rule figures:
    input:
        expand(
            f"{RESULTS}/figures/{{figure}}.{{suffix}}",
            figure=FIGURES,
            suffix=["svg", "png", "json"],
        ),
