"""The work in a training: how often each kind of operation is done, counted from shapes alone.

Time is a sum over kinds of operations: how often, from here, times the seconds each takes, from
:mod:`momentum_study.studies.plan.rates`. Operations on arrays count numbers of four bytes, so that
double precision counts twice. No network is taken to diverge: those that do leave the stack.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import Rule
from momentum_study.engine.recording import ROWS_AT_ONCE
from momentum_study.engine.training import STACK_BYTES, networks_per_stack

Work = dict[str, float]

NUMBER_BYTES = 4
"""Of the numbers that work is counted in."""


@dataclass(frozen=True)
class Training:
    """What the work in a shard depends on.

    Attributes
    ----------
    architecture, rule
        Of every network.
    precision
        ``"float32"`` or ``"float64"``.
    replicates, cells
        R and C: the shard has R × C networks.
    rows
        Of the training, validation and test parts.
    batch
        Rows per update; None for the full batch.
    steps
        Updates of each network.
    evaluations
        How often each is evaluated, the start included.
    noise
        Whether noise is added to the gradients.
    """

    architecture: Architecture
    rule: Rule
    precision: str
    replicates: int
    cells: int
    rows: tuple[int, int, int]
    batch: int | None
    steps: int
    evaluations: int
    noise: bool = False

    @property
    def networks(self) -> int:
        """R × C."""
        return self.replicates * self.cells

    @property
    def net_updates(self) -> int:
        """Updates of single networks."""
        return self.networks * self.steps

    @property
    def number_bytes(self) -> int:
        """Bytes of a number."""
        return np.dtype(self.precision).itemsize

    @property
    def most_networks(self) -> int:
        """How many networks a stack may have."""
        return networks_per_stack(
            self.architecture,
            self.rule,
            self.batch or self.rows[0],
            np.dtype(self.precision),
            STACK_BYTES,
        )

    @property
    def bytes_per_row(self) -> int:
        """Of a row of the data: its inputs, the one for the bias, and its targets."""
        columns = self.architecture.inputs + 1 + self.architecture.outputs
        return columns * self.number_bytes


def work(training: Training) -> Work:
    """Return how often each kind of operation is done.

    =====================  =======================================================================
    kind                   one for each
    =====================  =======================================================================
    ``stack``              stack: its arrays are made
    ``network``            network: its weights are kept
    ``update``             update of a stack: Python and the checks, whatever the stack
    ``layer``              hidden layer of it
    ``product``            product of two matrices, in an update
    ``multiply_add``       multiplication in a product, in an update
    ``operand``            number that a product, in an update, reads or writes
    ``activation.<name>``  unit and row: the activation and its derivative
    ``loss.<name>``        output and row: its error
    ``rule.<name>``        parameter: the update itself, and what products do with the weights
    ``epoch``              epoch of a stack: its minibatches are cut
    ``row``                number of the training rows that is cut
    ``shuffle``            row of a replicate's order of minibatches that is drawn
    ``noise.draw``         number drawn
    ``noise.add``          number added to a gradient
    ``evaluation``         part of the rows that a stack is evaluated on at a time
    ``evaluation.…``       the same as in an update; ``weight`` is a measure of the path
    =====================  =======================================================================
    """
    stacks, widest = stacking(training)
    counted: defaultdict[str, float] = defaultdict(float)
    for name, amount in _of_an_update(training).items():
        counted[name] += amount * training.net_updates
    counted["stack"] += stacks
    counted["network"] += training.networks
    counted["update"] += stacks * training.steps
    counted["layer"] += stacks * training.steps * len(training.architecture.hidden)
    if training.batch is not None:
        epochs = training.steps / -(-training.rows[0] // training.batch)
        counted["epoch"] += stacks * epochs
        counted["shuffle"] += training.replicates * epochs * training.rows[0]
        counted["row"] += widest * epochs * training.rows[0] * training.bytes_per_row / NUMBER_BYTES
    if training.noise:
        parameters = training.architecture.parameters
        counted["noise.draw"] += widest * training.steps * parameters
        counted["noise.add"] += training.net_updates * parameters * _width(training)
    for name, amount in _of_an_evaluation(training).items():
        counted[f"evaluation.{name}"] += amount * training.networks * training.evaluations
    counted["evaluation"] += stacks * _parts(training) * training.evaluations
    counted["evaluation.row"] += (
        widest * sum(training.rows) * training.bytes_per_row / NUMBER_BYTES * training.evaluations
    )
    return dict(counted)


def stacking(training: Training) -> tuple[int, int]:
    """Return how many stacks a shard is cut into, and the replicates of all of them together.

    A stack goes through the minibatches of its replicates by itself: where the cells of a
    replicate fill several stacks, it counts in each.
    """
    most = training.most_networks
    replicate_parts = -(-training.replicates // max(1, most // training.cells))
    cell_parts = -(-training.cells // most)
    return replicate_parts * cell_parts, training.replicates * cell_parts


def _of_an_update(training: Training) -> Work:
    """Of one network; a batch counts with its mean size, for the last of an epoch may be short."""
    architecture, width = training.architecture, _width(training)
    rows = training.rows[0]
    batch = rows if training.batch is None else rows / -(-rows // training.batch)
    forward = [(units, columns, batch) for units, columns in architecture.shapes]
    gradients = [(units, batch, columns) for units, columns in architecture.shapes]
    back = [(columns - 1, units, batch) for units, columns in architecture.shapes[1:]]
    return {
        **_of_products([*forward, *gradients, *back], width),
        f"activation.{architecture.activation}": sum(architecture.hidden) * batch * width,
        f"loss.{architecture.loss}": architecture.outputs * batch * width,
        f"rule.{training.rule.name}": architecture.parameters * width,
    }


def _of_an_evaluation(training: Training) -> Work:
    architecture, width = training.architecture, _width(training)
    rows = sum(training.rows)
    return {
        **_of_products([(units, columns, rows) for units, columns in architecture.shapes], width),
        "product": len(architecture.shapes) * _parts(training),
        f"activation.{architecture.activation}": sum(architecture.hidden) * rows * width,
        f"loss.{architecture.loss}": architecture.outputs * rows * width,
        "weight": architecture.parameters * width,
    }


def _of_products(shapes: Iterable[tuple[int, float, float]], width: float) -> Work:
    """Of products of matrices ``(m, k)`` and ``(k, n)``, by ``(m, k, n)``."""
    counted: defaultdict[str, float] = defaultdict(float)
    for m, k, n in shapes:
        counted["product"] += 1
        counted["multiply_add"] += m * k * n * width
        counted["operand"] += (m * k + k * n + m * n) * width
    return dict(counted)


def _parts(training: Training) -> int:
    return sum(-(-rows // ROWS_AT_ONCE) for rows in training.rows)


def _width(training: Training) -> float:
    """Numbers of four bytes that one number takes."""
    return training.number_bytes / NUMBER_BYTES
