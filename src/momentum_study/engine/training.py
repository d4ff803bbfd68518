"""Training stacks of networks: minibatches, updates, evaluation, divergence.

All networks of one call share data set, architecture, update rule, batch size, schedule and
length; they differ by replicate (data split, initial weights, order of minibatches) and by cell
(learning rate, momentum coefficient). :func:`train` cuts them into stacks that fit the cache. Each
stack has a :class:`.StackUpdater`, which changes the networks, and a :class:`.Recorder`, which
watches them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.gradient_noise import GradientNoise
from momentum_study.engine.history import History
from momentum_study.engine.minibatches import Minibatch, minibatches
from momentum_study.engine.networks import Architecture, Stack
from momentum_study.engine.optimizers import Rule
from momentum_study.engine.recording import NON_FINITE, Recorder
from momentum_study.engine.schedules import SCHEDULES
from momentum_study.engine.updating import StackUpdater, even_slices

Array = NDArray[Any]

# A stack's working set. Measured flat from 2 to 16 MiB on a core with 2 MiB of L2 cache.
STACK_BYTES = 2**22
# NumPy's iterator copies what is broadcast, such as a β per network, into a buffer where two rows
# or more would fit one. With its usual 8192 elements, v ← βv takes twice as long.
BUFFER_ELEMENTS = 1024


@dataclass(frozen=True)
class RunSpec:
    """Length, batches, schedule, noise and evaluations of training runs.

    Attributes
    ----------
    steps
        Number of updates.
    evaluation_steps
        Numbers of updates after which to evaluate: ascending, from 0 to ``steps``; or none at all.
    batch_size
        Rows per update; None for the full batch. The last batch of an epoch may be smaller.
    order
        ``order(epoch)``: the permutations ``(R, n)`` of the training rows for that epoch, from 0.
        Not called with the full batch.
    schedule
        A key of :data:`momentum_study.engine.schedules.SCHEDULES`.
    noise
        What is added to every gradient, before the update and before its norm is taken.
    loss_limit
        A run has diverged when, at an evaluation, its training loss exceeds this multiple of its
        initial one. (Outputs that are not finite are detected at every update.)
    keep_snapshots
        Whether to keep the weights at every evaluation.
    """

    steps: int
    evaluation_steps: tuple[int, ...]
    batch_size: int | None
    order: Callable[[int], Array] | None = None
    schedule: str = "constant"
    noise: GradientNoise | None = None
    loss_limit: float = np.inf
    keep_snapshots: bool = False

    def empty_history(self, architecture: Architecture, replicates: int, cells: int) -> History:
        """Return the history of R × C runs before they start."""
        parameters = architecture.parameters if self.keep_snapshots else 0
        return History.empty(self.evaluation_steps, replicates, cells, parameters)

    def order_of(self, replicates: slice) -> Callable[[int], Array]:
        """Return ``order`` for these replicates."""

        def order(epoch: int) -> Array:
            if self.order is None:
                raise ValueError("minibatches need an order of the training rows")
            return self.order(epoch)[replicates]

        return order


def train(
    architecture: Architecture,
    weights: Sequence[Sequence[Array]],
    rule: Rule,
    betas: Sequence[float],
    learning_rates: Sequence[float],
    splits: dict[str, ArraySplit],
    spec: RunSpec,
    dtype: np.dtype[Any] | type = np.float32,
    stack_bytes: int = STACK_BYTES,
) -> History:
    """Train every cell on every replicate.

    Parameters
    ----------
    architecture
        Of every network.
    weights
        ``weights[r]``: initial layers of replicate r, shared by its cells.
    rule
        The update rule.
    betas, learning_rates
        ``(C,)`` momentum coefficient and learning rate of each cell.
    splits
        ``"train"``, and for evaluation any of ``"validation"`` and ``"test"``.
    spec
        Steps, batches, schedule, noise, evaluation.
    dtype
        float32 or float64, as the data.
    stack_bytes
        Working set of a stack. Changes the speed and not one bit of the result.

    Raises
    ------
    ValueError
        If the schedule changes β and the rule does not allow that, or if there are minibatches
        without an order.
    """
    schedule = SCHEDULES[spec.schedule]
    if schedule.beta and not rule.beta_may_change:
        raise ValueError(f"{spec.schedule} changes β, which {rule.name} cannot")
    cells = len(betas)
    batch = spec.batch_size or splits["train"].inputs.shape[1]
    networks = networks_per_stack(architecture, rule, batch, np.dtype(dtype), stack_bytes)
    history = spec.empty_history(architecture, len(weights), cells)
    for own in even_slices(len(weights), max(1, networks // cells)):
        own_splits = {name: split.take(own) for name, split in splits.items()}
        for part in even_slices(cells, networks):
            stack = Stack(architecture, weights[own], len(betas[part]), dtype)
            updater = StackUpdater(
                stack,
                rule,
                np.asarray(betas[part], dtype=np.float64),
                np.asarray(learning_rates[part], dtype=np.float64),
                schedule,
                spec.steps,
                spec.noise and spec.noise.take(own),
            )
            empty = spec.empty_history(architecture, stack.replicates, stack.cells)
            recorder = Recorder(stack, own_splits, empty, spec.loss_limit)
            batches = minibatches(own_splits["train"], spec.batch_size, spec.order_of(own))
            history.store(_train_stack(updater, recorder, batches, spec), own, part)
    return history


def _train_stack(
    updater: StackUpdater, recorder: Recorder, batches: Iterator[Minibatch], spec: RunSpec
) -> History:
    evaluations = frozenset(spec.evaluation_steps)
    # Overflow and NaN are results here; they are looked for, not warned about.
    with np.errstate(all="ignore"):
        np.setbufsize(BUFFER_ELEMENTS)  # until the end of this block, as the error state
        if evaluations:
            updater.stop(recorder.evaluate(0))
        for t in range(spec.steps):
            if not updater.alive.any():
                break
            diverged = updater.compute_gradients(t, next(batches))
            if diverged is not None:
                recorder.record_divergence(diverged, t, NON_FINITE)
            # An evaluation describes the two updates before it.
            if t + 1 in evaluations or t + 2 in evaluations:
                recorder.keep(t, updater.gradient_factor)
            updater.update(t)
            if t + 1 in evaluations:
                updater.stop(recorder.evaluate(t + 1))
                _drop_diverged_cells(updater, recorder)
    return recorder.finish()


def _drop_diverged_cells(updater: StackUpdater, recorder: Recorder) -> None:
    """Make the stack smaller by the cells that have diverged in every replicate."""
    kept = np.flatnonzero(updater.alive.any(axis=0))
    if 0 < len(kept) < updater.alive.shape[1]:
        updater.keep_cells(kept)
        recorder.keep_cells(kept)


def networks_per_stack(
    architecture: Architecture, rule: Rule, batch: int, dtype: np.dtype[Any], stack_bytes: int
) -> int:
    """How many networks, with state and activations for one batch, fit into ``stack_bytes``."""
    return max(1, stack_bytes // network_bytes(architecture, rule, batch, dtype))


def network_bytes(architecture: Architecture, rule: Rule, batch: int, dtype: np.dtype[Any]) -> int:
    """Bytes of a network's weights, gradient and state, and of its activations for one batch."""
    copies = 2 + len(rule.state)
    units = sum(2 * (hidden + 1) for hidden in architecture.hidden) + architecture.outputs
    return dtype.itemsize * (copies * architecture.parameters + units * batch)


def evaluation_steps(steps: int, evaluations: int) -> tuple[int, ...]:
    """Steps T(i/n)² for i = 0 … n, rounded, each once: dense early, where losses fall fastest."""
    return tuple(sorted({round(steps * (i / evaluations) ** 2) for i in range(evaluations + 1)}))
