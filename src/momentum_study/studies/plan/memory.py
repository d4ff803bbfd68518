"""Memory that the arrays of a training job take, counted from shapes."""

from momentum_study.engine.history import CURVES
from momentum_study.engine.recording import ROWS_AT_ONCE
from momentum_study.studies.plan.work import Training

MIB = 2**20

# Of a copy of each network's weights: where it started, and two for the measures of the path.
PATH_COPIES = 3


def training_bytes(training: Training) -> int:
    """Return the bytes of a training job's arrays at their most, without Python and its libraries.

    They are the data set as it was prepared and as it is laid out for training, one stack with its
    minibatches, the orders of all epochs, and what is kept of all runs.
    """
    return (
        _data(training)
        + _stack(training)
        + _minibatches(training)
        + _orders(training)
        + _history(training)
    )


def _data(training: Training) -> int:
    rows, features = sum(training.rows), training.architecture.inputs
    raw = 8 * rows * (features + 1 + training.replicates)
    return raw + training.replicates * rows * training.bytes_per_row


def _stack(training: Training) -> int:
    architecture, size = training.architecture, training.number_bytes
    batch = training.batch or training.rows[0]
    networks = min(training.most_networks, training.networks)
    copies = 2 + len(training.rule.state) + PATH_COPIES
    units = sum(2 * hidden + 1 for hidden in architecture.hidden) + architecture.outputs
    # Buffers are kept for each number of rows: a batch, and what is evaluated at a time.
    rows = batch + min(ROWS_AT_ONCE, sum(training.rows))
    return networks * size * (copies * architecture.parameters + units * rows)


def _minibatches(training: Training) -> int:
    """Inputs and targets of an epoch, in order, and the other way around."""
    replicates = min(training.replicates, max(1, training.most_networks // training.cells))
    return 2 * replicates * training.rows[0] * training.bytes_per_row


def _orders(training: Training) -> int:
    if training.batch is None:
        return 0
    epochs = -(-training.steps // -(-training.rows[0] // training.batch))
    return 4 * training.replicates * training.rows[0] * epochs


def _history(training: Training) -> int:
    """Curves in double precision, and twice more in single for the table; weights to keep.

    These are the initial ones of each replicate, in double precision, and all that were trained.
    """
    curves = 16 * len(CURVES) * training.networks * training.evaluations
    kept = 8 * training.replicates + training.networks * training.number_bytes
    return curves + kept * training.architecture.parameters
