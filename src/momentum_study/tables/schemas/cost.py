"""The cost of a study's jobs."""

from momentum_study.tables.schema import NOT_NEGATIVE, Table, real, text, whole

_NOT_TRAINING = "the job trains nothing"

COST = Table(
    file="cost.csv",
    row="A job, or Snakemake itself up to its last job.",
    keys=("stage", "job"),
    fields=(
        text("stage", "Rule of the workflow, or `snakemake`."),
        text("job", "What the job made, such as the path of a shard; else the name of the stage."),
        real("started", "Start, since 1 January 1970 UTC.", "seconds", NOT_NEGATIVE),
        real("finished", "End, since 1 January 1970 UTC.", "seconds", NOT_NEGATIVE),
        real("seconds", "Wall-clock time.", "seconds", NOT_NEGATIVE),
        real("processor_seconds", "Processor time.", "seconds", NOT_NEGATIVE),
        real("peak_mib", "Largest resident memory.", "MiB", NOT_NEGATIVE),
        whole("runs", "Networks trained.", "runs", missing=_NOT_TRAINING),
        whole(
            "net_updates",
            "Updates of single networks, of each up to its last or to its divergence.",
            "updates",
            missing=_NOT_TRAINING,
        ),
        real(
            "training_seconds",
            "Wall-clock time of training alone, evaluations included.",
            "seconds",
            NOT_NEGATIVE,
            missing=_NOT_TRAINING,
        ),
        real(
            "us_per_net_update",
            "`training_seconds` per update of a single network.",
            "µs",
            NOT_NEGATIVE,
            missing="the job trains nothing, or made no update",
        ),
    ),
)
