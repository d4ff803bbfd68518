"""The learning curves of runs."""

from momentum_study.tables.columns import RUN_KEY_COLUMNS, STEP
from momentum_study.tables.keys import RUN_KEYS
from momentum_study.tables.schema import (
    AT_MOST_ONE,
    COSINE,
    NOT_NEGATIVE,
    SHARE,
    Check,
    Column,
    Table,
    real,
)


def _evaluated(name: str, meaning: str, unit: str, check: Check, missing: str = "") -> Column:
    missing = missing or "the run has diverged, or the value is not finite"
    return real(name, meaning, unit, check, missing=missing, dtype="float32")


_NO_UPDATE = "the run has diverged, or made no update yet"
_NO_TWO = "the run has diverged, or the last two updates are not known or have no length"

_EVALUATED = (
    _evaluated("train_loss", "Loss on all training rows.", "loss", NOT_NEGATIVE),
    _evaluated("validation_loss", "Loss on the validation rows.", "loss", NOT_NEGATIVE),
    _evaluated("test_loss", "Loss on the test rows.", "loss", NOT_NEGATIVE),
    _evaluated("train_score", "Score on all training rows.", "score", AT_MOST_ONE),
    _evaluated("validation_score", "Score on the validation rows.", "score", AT_MOST_ONE),
    _evaluated("test_score", "Score on the test rows.", "score", AT_MOST_ONE),
    _evaluated(
        "gradient_norm",
        "Euclidean norm of the minibatch gradient of the last update, injected noise included.",
        "gradient",
        NOT_NEGATIVE,
        _NO_UPDATE,
    ),
    _evaluated(
        "update_norm",
        "Euclidean norm of the last update of the weights.",
        "weights",
        NOT_NEGATIVE,
        _NO_UPDATE,
    ),
    _evaluated(
        "update_cosine",
        "Cosine of the angle between the last two updates.",
        "1",
        COSINE,
        _NO_TWO,
    ),
    _evaluated(
        "sign_flip_share",
        "Share of weights whose last two updates differ in sign.",
        "1",
        SHARE,
        _NO_TWO,
    ),
)

CURVES = Table(
    file="curves.parquet",
    row="An evaluation of a run.",
    keys=(*RUN_KEYS, "step"),
    fields=(*RUN_KEY_COLUMNS, STEP, *_EVALUATED),
    checks=(
        Check(
            "without a train loss no other value may be there",
            lambda curves: (
                curves["train_loss"].notna()
                | curves[[column.name for column in _EVALUATED]].isna().all(axis=1)
            ),
        ),
    ),
)
