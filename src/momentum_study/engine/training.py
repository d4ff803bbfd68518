"""Training stacks of networks: minibatches, updates, evaluation, divergence.

All networks of one call share data set, architecture, update rule, batch size, schedule and
length; they differ by replicate (data split, initial weights, order of minibatches) and by cell
(learning rate, momentum coefficient). :func:`train` cuts them into stacks that fit the cache.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.gradient_noise import GradientNoise
from momentum_study.engine.history import History
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.minibatches import Minibatch, minibatches
from momentum_study.engine.networks import Architecture, Stack
from momentum_study.engine.optimizers import Coefficients, Number, Rule
from momentum_study.engine.path import norm, path_measures
from momentum_study.engine.schedules import SCHEDULES

Array = NDArray[Any]

# A stack's working set. Measured flat from 2 to 16 MiB on a core with 2 MiB of L2 cache.
STACK_BYTES = 2**22
# What an update works on at a time: half of that cache, for a rule goes over it again and again.
SLAB_BYTES = 2**20
ROWS_AT_ONCE = 256
# NumPy's iterator copies what is broadcast, such as a β per network, into a buffer where two rows
# or more would fit one. With its usual 8192 elements, v ← βv takes twice as long.
BUFFER_ELEMENTS = 1024
# How often, in steps, values too small to matter are set to zero (see `flush_denormals`).
FLUSH_INTERVAL = 32

NON_FINITE = "non_finite"
LOSS_LIMIT = "loss_limit"


@dataclass(frozen=True)
class RunSpec:
    """How a training run goes.

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
        Not asked for with the full batch.
    schedule
        A key of :data:`momentum_study.engine.schedules.SCHEDULES`.
    noise
        What is added to every gradient, before the update and before its norm is taken.
    loss_limit
        A run has diverged when, at an evaluation, its training loss exceeds this multiple of its
        initial one. (An output that is not finite is seen at once.)
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


def train(
    architecture: Architecture,
    weights: Sequence[Sequence[Array]],
    rule: Rule,
    betas: Sequence[float],
    learning_rates: Sequence[float],
    parts: dict[str, ArraySplit],
    plan: RunSpec,
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
    parts
        ``"train"``, and for evaluation any of ``"validation"`` and ``"test"``.
    plan
        Steps, batches, schedule, noise, evaluation.
    dtype
        float32 or float64, as the data.
    stack_bytes
        Working set of a stack. Changes the speed and not one bit of the result.

    Raises
    ------
    ValueError
        If the schedule changes β, and the rule takes no other β in mid-run.
    """
    if SCHEDULES[plan.schedule].beta and not rule.beta_may_change:
        raise ValueError(f"{plan.schedule} changes β, which {rule.name} cannot")
    replicates, cells = len(weights), len(betas)
    batch = plan.batch_size or parts["train"].inputs.shape[1]
    networks = networks_per_stack(architecture, rule, batch, np.dtype(dtype), stack_bytes)
    history = plan.empty_history(architecture, replicates, cells)
    for replicate_part in _even_slices(replicates, max(1, networks // cells)):
        for cell_part in _even_slices(cells, networks):
            run = _StackRun(
                Stack(architecture, weights[replicate_part], len(betas[cell_part]), dtype),
                rule,
                np.asarray(betas[cell_part], dtype=np.float64),
                np.asarray(learning_rates[cell_part], dtype=np.float64),
                {name: part.take(replicate_part) for name, part in parts.items()},
                plan,
                replicate_part,
            )
            history.store(run.run(), replicate_part, cell_part)
    return history


def networks_per_stack(
    architecture: Architecture, rule: Rule, batch: int, dtype: np.dtype[Any], stack_bytes: int
) -> int:
    """How many networks, with state and activations for one batch, fit into ``stack_bytes``."""
    return max(1, stack_bytes // network_bytes(architecture, rule, batch, dtype))


def network_bytes(architecture: Architecture, rule: Rule, batch: int, dtype: np.dtype[Any]) -> int:
    """Bytes of a network's weights, gradient and state, and of its activations for one batch."""
    copies = 2 + len(rule.state)
    units = sum(2 * hidden + 1 for hidden in architecture.hidden) + architecture.outputs
    return dtype.itemsize * (copies * architecture.parameters + units * batch)


def evaluation_steps(steps: int, evaluations: int) -> tuple[int, ...]:
    """Steps T(i/n)² for i = 0 … n, rounded, each once: dense early, where losses fall fastest."""
    return tuple(sorted({round(steps * (i / evaluations) ** 2) for i in range(evaluations + 1)}))


def flush_denormals(arrays: Sequence[Array]) -> None:
    """Set to zero what would reach the denormal numbers before the next call.

    A velocity whose gradients have vanished decays into the denormal numbers, which cost a
    hundred times as much to compute with. The threshold, 2³² times the smallest normal number, is
    what halves its way there in an interval (β = 0.5; for a larger β it is on the safe side). In
    float32 it is 5e-29: no weight and no root of a second moment would have felt the difference.
    """
    for array in arrays:
        threshold = 2.0**FLUSH_INTERVAL * np.finfo(array.dtype).tiny
        np.multiply(array, np.abs(array) > threshold, out=array)


def _even_slices(count: int, most: int) -> list[slice]:
    """Cut ``count`` things into as few parts as hold ``most`` at most, as even as can be."""
    parts = -(-count // most)
    edges = [count * part // parts for part in range(parts + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


@dataclass(slots=True)
class _CacheBlock:
    """The arrays ``(N, P)`` of some networks of a stack, updated while they are in cache."""

    networks: slice
    weights: Array
    gradients: Array
    state: list[Array]
    scratch: Array


class _StackRun:
    """One stack on its way through one training run."""

    def __init__(
        self,
        stack: Stack,
        rule: Rule,
        betas: Array,
        learning_rates: Array,
        parts: dict[str, ArraySplit],
        plan: RunSpec,
        replicates: slice,
    ) -> None:
        self.stack = stack
        self.rule = rule
        self.parts = parts
        self.plan = plan
        self.replicates = replicates
        self.loss = LOSSES[stack.architecture.loss]
        self.schedule = SCHEDULES[plan.schedule]
        self.history = plan.empty_history(stack.architecture, stack.replicates, stack.cells)
        self.cells = np.arange(stack.cells)  # which cells the stack still holds
        self.alive = np.ones((stack.replicates, stack.cells), dtype=bool)
        self.betas = betas
        self.current_betas = betas
        self.learning_rates = learning_rates
        self.state = [np.zeros_like(stack.weights.array) for _ in rule.state]
        self.start = stack.weights.array.copy()
        self.recent: dict[int, Array] = {}
        self.gradient_norm = np.full((stack.replicates, stack.cells), np.nan)
        self.factor = np.nan
        self.noise: Iterator[Array] | None = None
        if plan.noise:
            self.noise = plan.noise.draws(replicates, stack.architecture.parameters, stack.dtype)
        self._prepare_updates()

    def run(self) -> History:
        """Train to the end of the plan and return what was seen."""
        evaluations = {step: index for index, step in enumerate(self.plan.evaluation_steps)}
        # Overflow and NaN are results here; they are looked for, not warned about.
        with np.errstate(all="ignore"):
            np.setbufsize(BUFFER_ELEMENTS)  # until the end of this block, as the error state
            if evaluations:
                self._evaluate(0, 0)
            batches = minibatches(self.parts["train"], self.plan.batch_size, self._order)
            for t in range(self.plan.steps):
                if not self.alive.any():
                    break
                watched = t + 1 in evaluations or t + 2 in evaluations
                self._update(t, next(batches), watched)
                if (t + 1) % FLUSH_INTERVAL == 0:
                    flush_denormals(self.state)
                if t + 1 in evaluations:
                    self._evaluate(t + 1, evaluations[t + 1])
                    self._drop_dead_cells()
        self._keep_weights()
        return self.history

    def _order(self, epoch: int) -> Array:
        if self.plan.order is None:
            raise ValueError("minibatches need an order of the training rows")
        return self.plan.order(epoch)[self.replicates]

    def _update(self, t: int, batch: Minibatch, watched: bool) -> None:
        """Make update number t + 1."""
        stack = self.stack
        if self.schedule.beta:
            self._follow_beta(self.schedule.beta(self.betas, t / self.plan.steps))
        outputs = stack.outputs(batch.inputs)
        if not math.isfinite(np.add.reduce(outputs, axis=None)):
            # The sum may overflow where no output has: look at each network.
            bad = ~np.isfinite(outputs).all(axis=(1, 3)) & self.alive
            if bad.any():
                self._retire(bad, t, NON_FINITE)
                outputs = stack.outputs(batch.inputs)
        self.loss.loss_gradient(outputs, batch.targets)
        np.multiply(outputs, self._error_scale(outputs.shape[3]), out=outputs)
        stack.backpropagate(batch.rows)
        if self.noise:
            np.multiply(next(self.noise)[:, None], self.noise_scale, out=self.scaled_noise)
            np.add(stack.gradients.array, self.scaled_noise, out=stack.gradients.array)
        if watched:
            self.recent[t] = stack.weights.array.copy()
            self.gradient_norm = norm(stack.gradients.array) / self.gradient_factor
        coefficients = self._coefficients(t)
        for slab in self.cache_blocks:
            own = [c if isinstance(c, float) else c[slab.networks] for c in coefficients]
            self.rule.update(slab.weights, slab.gradients, slab.state, slab.scratch, own)

    def _error_scale(self, batch: int) -> Array:
        """Return what the errors of a batch of that size are multiplied with."""
        if batch not in self.error_scales:
            scale = np.where(self.alive, self.gradient_factor, 0.0) / batch
            # In full, (R, 1, C, B): a short row of the batch is too short to broadcast over.
            self.error_scales[batch] = np.repeat(
                scale.astype(self.stack.dtype)[:, None, :, None], batch, axis=3
            )
        return self.error_scales[batch]

    def _coefficients(self, t: int) -> Coefficients:
        """Return the rule's coefficients for update t + 1, computed anew only when they change.

        Each is a number, or an array ``(R·C, 1)``.
        """
        factor = self.schedule.rate(t / self.plan.steps)
        if self.rule.depends_on_t or factor != self.factor:
            self.factor = factor
            self.coefficients = [
                _number_or_array(value, self.stack.dtype)
                for value in self.rule.coefficients(self.beta, self.base_rate * factor, t + 1)
            ]
        return self.coefficients

    def _follow_beta(self, betas: Array) -> None:
        """Let these β be in force; velocities stay what they are."""
        if not np.array_equal(betas, self.current_betas):
            self.current_betas = betas
            self._derive_factors()

    def _evaluate(self, step: int, index: int) -> None:
        """Enter the losses, scores and path measures after ``step`` updates."""
        curves = self.history.curves
        losses = {}
        for name, part in self.parts.items():
            loss, score = self.stack.evaluate(part.inputs, part.targets, ROWS_AT_ONCE)
            losses[name] = loss
            curves[f"{name}_loss"][:, self.cells, index] = loss
            curves[f"{name}_score"][:, self.cells, index] = score
        for name, value in self._path(step).items():
            curves[name][:, self.cells, index] = value
        train_loss = losses["train"]
        initial = self.history.curves["train_loss"][:, self.cells, 0]
        self._retire(~np.isfinite(train_loss) & self.alive, step, NON_FINITE)
        self._retire((train_loss > self.plan.loss_limit * initial) & self.alive, step, LOSS_LIMIT)
        dead = np.zeros(self.history.first_bad_step.shape, dtype=bool)
        dead[:, self.cells] = ~self.alive
        if self.plan.keep_snapshots:
            self.history.snapshots[:, self.cells, index] = self.stack.weights.array
        for seen in (*curves.values(), self.history.snapshots):
            seen[dead, index] = np.nan

    def _path(self, step: int) -> dict[str, Array]:
        """Measures of the last two updates, and the distance from the start."""
        previous, earlier = (self.recent.get(step - back) for back in (1, 2))
        measures = path_measures(self.stack.weights.array, self.start, previous, earlier)
        if previous is not None:
            measures["gradient_norm"] = self.gradient_norm
        self.recent = {t: kept for t, kept in self.recent.items() if t == step - 1}
        return measures

    def _retire(self, bad: Array, step: int, reason: str) -> None:
        """Record a divergence and turn the networks into zeros, which stay zero and finite."""
        if not bad.any():
            return
        replicates, columns = np.nonzero(bad)
        self.history.first_bad_step[replicates, self.cells[columns]] = step
        self.history.reason[replicates, self.cells[columns]] = reason
        self.alive &= ~bad
        for array in (self.stack.weights.array, self.start, *self.state, *self.recent.values()):
            array[bad] = 0
        self._prepare_updates()

    def _drop_dead_cells(self) -> None:
        """Make the stack smaller by the cells that have diverged in every replicate."""
        kept = np.flatnonzero(self.alive.any(axis=0))
        if len(kept) == self.stack.cells or len(kept) == 0:
            return
        self.state = [state.take(kept, axis=1) for state in self.state]
        self.recent = {t: snapshot.take(kept, axis=1) for t, snapshot in self.recent.items()}
        self.start = self.start.take(kept, axis=1)
        self.stack.keep_cells(kept)
        self.cells = self.cells[kept]
        self.alive = self.alive[:, kept]
        self.betas = self.betas[kept]
        self.current_betas = self.current_betas[kept]
        self.learning_rates = self.learning_rates[kept]
        self._prepare_updates()

    def _prepare_updates(self) -> None:
        """Derive from the cells' β and α, and from the arrays, what every update needs."""
        self._derive_factors()
        self._cut_slabs()

    def _derive_factors(self) -> None:
        """Derive from the cells' β and α what gradients and state are multiplied with.

        The gain, and for a homogeneous rule the learning rate too, go into ``gradient_factor``,
        which multiplies the output errors (K × B numbers a network instead of one per weight).
        """
        self.gradient_factor = np.array(
            [self.rule.gain(float(beta)) for beta in self.current_betas]
        )
        self.beta = self._per_network(self.current_betas)
        self.base_rate: Number = 1.0
        if self.rule.homogeneous:
            self.gradient_factor = self.gradient_factor * self.learning_rates
        else:
            self.base_rate = self._per_network(self.learning_rates)
        self.error_scales: dict[int, Array] = {}
        self.factor = np.nan  # so that the coefficients are computed at the next update
        if self.plan.noise:
            # Nothing for the networks that have diverged: they stay zero.
            scale = np.where(self.alive, self.plan.noise.deviation * self.gradient_factor, 0.0)
            self.noise_scale = scale.astype(self.stack.dtype)[:, :, None]
            self.scaled_noise = np.empty_like(self.stack.weights.array)

    def _per_network(self, values: Array) -> Array:
        """Return a value of each cell as ``(R·C, 1)``, or ``(1, 1)`` if all agree."""
        if (values == values[0]).all():
            return values[:1, None]
        return np.tile(values, self.stack.replicates)[:, None]

    def _cut_slabs(self) -> None:
        """Cut the arrays that an update works on into parts that stay in cache until it is done."""
        arrays = (self.stack.weights.array, self.stack.gradients.array, *self.state)
        weights, gradients, *state = (
            array.reshape(-1, array.shape[-1], copy=False) for array in arrays
        )
        each = (len(arrays) + 1) * weights[0].nbytes
        parts = _even_slices(len(weights), max(1, SLAB_BYTES // each))
        scratch = np.empty_like(weights[: max(part.stop - part.start for part in parts)])
        self.cache_blocks = [
            _CacheBlock(
                part,
                weights[part],
                gradients[part],
                [array[part] for array in state],
                scratch[: part.stop - part.start],
            )
            for part in parts
        ]

    def _keep_weights(self) -> None:
        for column, cell in enumerate(self.cells):
            for replicate in np.flatnonzero(self.alive[:, column]):
                self.history.weights[replicate][cell] = [
                    layer[replicate, column].copy() for layer in self.stack.weights.layers
                ]


def _number_or_array(value: Number, dtype: np.dtype[Any]) -> Number:
    values = np.asarray(value)
    return float(values.item()) if values.size == 1 else values.astype(dtype)
