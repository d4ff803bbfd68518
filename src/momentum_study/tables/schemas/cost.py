"""The cost of a study's jobs."""

from momentum_study.tables.schema import NOT_NEGATIVE, Table, real, text, whole

_NOT_TRAINING = "the job trains nothing"
_TOO_SHORT = "the job was too short for Snakemake to measure it"

COST = Table(
    file="cost.csv",
    row="A job of the stages up to the table of cells.",
    keys=("stage", "job"),
    fields=(
        text("stage", "Rule of the workflow."),
        text("job", "What the job made, such as the path of a shard; else the name of the stage."),
        real(
            "started",
            "When the training command started, since 1 January 1970 UTC.",
            "seconds",
            NOT_NEGATIVE,
            missing=_NOT_TRAINING,
        ),
        real(
            "finished",
            "When the training command ended, since 1 January 1970 UTC.",
            "seconds",
            NOT_NEGATIVE,
            missing=_NOT_TRAINING,
        ),
        real("seconds", "Wall-clock time.", "seconds", NOT_NEGATIVE, missing=_TOO_SHORT),
        real("processor_seconds", "Processor time.", "seconds", NOT_NEGATIVE, missing=_TOO_SHORT),
        real("peak_mib", "Largest resident memory.", "MiB", NOT_NEGATIVE, missing=_TOO_SHORT),
        whole("runs", "Networks trained.", "runs", 1, missing=_NOT_TRAINING),
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
