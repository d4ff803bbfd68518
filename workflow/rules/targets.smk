# Targets: parts of a study that can be requested by name.


rule tables:
    input:
        collect=rules.collect.output,
        cells=rules.cells.output,
        cell_curves=rules.cell_curves.output,
        theory=rules.theory.output,
        landscapes=rules.landscapes.output,
        initial_sharpness=rules.initial_sharpness.output,
        stability=rules.stability.output,
        validation=rules.validation.output,
        datasets=rules.datasets.output,
        contrasts=rules.contrasts.output,
        trials=rules.trials.output,
        claims=rules.claims.output,
