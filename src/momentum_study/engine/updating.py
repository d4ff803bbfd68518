"""The updating part of a training run: gradients of a stack, and the update rule applied to them.

The momentum coefficient β is ``betas`` ``(C,)`` as the cells have it, ``current_betas`` ``(C,)``
after the schedule, and a coefficient ``(R·C, 1)`` of the update rule, one row per network. It
multiplies the velocity in :mod:`momentum_study.engine.optimizers` and nowhere else.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from momentum_study.engine.gradient_noise import GradientNoise
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.minibatches import Minibatch
from momentum_study.engine.networks import Stack
from momentum_study.engine.optimizers import Coefficients, Rule, as_number_or_array
from momentum_study.engine.schedules import Schedule

Array = NDArray[Any]

# The arrays that one call of a rule works on: half of a core's L2 cache, since the rule passes
# over them several times.
CACHE_BLOCK_BYTES = 2**20
# How often, in updates, values too small to matter are set to zero (see `flush_denormals`).
FLUSH_INTERVAL = 32


class StackUpdater:
    """Makes the updates of one stack.

    Parameters
    ----------
    stack
        The networks.
    rule
        The update rule.
    betas, learning_rates
        ``(C,)`` momentum coefficient and learning rate of each cell.
    schedule
        How both change.
    steps
        Number of updates of the whole run, which the schedule needs.
    noise
        Noise injected into the gradients, for the replicates of this stack.

    Attributes
    ----------
    alive
        ``(R, C)``: the networks that have not diverged. The others are zero and stay zero.
    """

    def __init__(
        self,
        stack: Stack,
        rule: Rule,
        betas: Array,
        learning_rates: Array,
        schedule: Schedule,
        steps: int,
        noise: GradientNoise | None,
    ) -> None:
        self.stack = stack
        self.rule = rule
        self.betas = betas
        self.current_betas = betas
        self.learning_rates = learning_rates
        self.schedule = schedule
        self.steps = steps
        self.state = [np.zeros_like(stack.weights.array) for _ in rule.state]
        self.alive = np.ones((stack.replicates, stack.cells), dtype=bool)
        self._loss = LOSSES[stack.architecture.loss]
        self._noise = _Noise(stack, noise) if noise else None
        self._prepare()

    @property
    def gradient_factor(self) -> Array:
        """``(C,)``: what the stack's gradients carry, by which to divide for those of the loss."""
        return self._factors.gradient

    def compute_gradients(self, t: int, batch: Minibatch) -> Array | None:
        """Fill the stack's gradients for update number t + 1, times `gradient_factor`.

        Returns
        -------
        numpy.ndarray or None
            ``(R, C)``: the networks whose outputs are not finite, which are stopped; None if there
            are none.
        """
        stack = self.stack
        if self.schedule.beta:
            self._set_current_betas(self.schedule.beta(self.betas, t / self.steps))
        outputs = stack.outputs(batch.inputs)
        diverged = self._not_finite(outputs)
        if diverged is not None:
            self.stop(diverged)
            outputs = stack.outputs(batch.inputs)
        self._loss.loss_gradient(outputs, batch.targets)
        np.multiply(outputs, self._factors.error_scale(outputs.shape[3]), out=outputs)
        stack.backpropagate(batch.rows)
        if self._noise:
            self._noise.add(self._factors.gradient, self.alive)
        return diverged

    def update(self, t: int) -> None:
        """Make update number t + 1 with the gradients that the stack has."""
        coefficients = self._factors.coefficients(self.schedule.rate(t / self.steps), t)
        for block in self._blocks:
            own = [c if isinstance(c, float) else c[block.networks] for c in coefficients]
            self.rule.update(block.weights, block.gradients, block.state, block.scratch, own)
        if (t + 1) % FLUSH_INTERVAL == 0:
            flush_denormals(self.state)

    def stop(self, networks: Array) -> None:
        """Turn these networks ``(R, C)`` into zeros, which stay zero and finite."""
        if networks.any():
            self.alive &= ~networks
            for array in (self.stack.weights.array, *self.state):
                array[networks] = 0
            self._derive_factors()

    def keep_cells(self, kept: NDArray[np.intp]) -> None:
        """Make the stack smaller: drop all cells but these."""
        self.stack.keep_cells(kept)
        self.state = [array.take(kept, axis=1) for array in self.state]
        self.alive = self.alive[:, kept]
        self.betas = self.betas[kept]
        self.current_betas = self.current_betas[kept]
        self.learning_rates = self.learning_rates[kept]
        self._prepare()

    def _not_finite(self, outputs: Array) -> Array | None:
        if math.isfinite(np.add.reduce(outputs, axis=None)):
            return None
        # The sum may overflow where no output has: look at each network.
        diverged = ~np.isfinite(outputs).all(axis=(1, 3)) & self.alive
        return diverged if diverged.any() else None

    def _set_current_betas(self, current_betas: Array) -> None:
        """Change β; velocities stay what they are."""
        if not np.array_equal(current_betas, self.current_betas):
            self.current_betas = current_betas
            self._derive_factors()

    def _prepare(self) -> None:
        self._blocks = _cut_blocks(self.stack, self.state)
        if self._noise:
            self._noise.resize(self.stack)
        self._derive_factors()

    def _derive_factors(self) -> None:
        self._factors = _Factors(
            self.rule, self.current_betas, self.learning_rates, self.alive, self.stack.dtype
        )


class _Factors:
    """What gradients and state are multiplied by, derived from β and α of the cells.

    The gain, and for a homogeneous rule the learning rate too, are in ``gradient`` ``(C,)``, which
    multiplies the errors at the output (K × B numbers per network instead of one per weight).
    """

    def __init__(
        self, rule: Rule, betas: Array, learning_rates: Array, alive: Array, dtype: np.dtype[Any]
    ) -> None:
        self.rule = rule
        self.alive = alive
        self.dtype = dtype
        self.gradient = np.array([rule.gain(float(beta)) for beta in betas])
        self._betas = self._by_network(betas)
        if rule.homogeneous:
            self.gradient = self.gradient * learning_rates
            self._rates: float | Array = 1.0
        else:
            self._rates = self._by_network(learning_rates)
        self._error_scales: dict[int, Array] = {}
        self._rate_factor = np.nan
        self._coefficients: Coefficients = ()

    def error_scale(self, batch: int) -> Array:
        """Return what the errors of a batch of that size are multiplied by, ``(R, 1, C, B)``."""
        if batch not in self._error_scales:
            scale = np.where(self.alive, self.gradient, 0.0) / batch
            # In full, for a short row of the batch is too short to broadcast over.
            self._error_scales[batch] = np.repeat(
                scale.astype(self.dtype)[:, None, :, None], batch, axis=3
            )
        return self._error_scales[batch]

    def coefficients(self, rate_factor: float, t: int) -> Coefficients:
        """Return the rule's coefficients for update t + 1, computed only when they change.

        Each is a number, or an array ``(R·C, 1)``. ``rate_factor`` is the schedule's.
        """
        if self.rule.depends_on_t or rate_factor != self._rate_factor:
            self._rate_factor = rate_factor
            values = self.rule.coefficients(self._betas, self._rates * rate_factor, t + 1)
            self._coefficients = [as_number_or_array(value, self.dtype) for value in values]
        return self._coefficients

    def _by_network(self, values: Array) -> Array:
        """Return a value of each cell as ``(R·C, 1)``, or ``(1, 1)`` if all agree."""
        if (values == values[0]).all():
            return values[:1, None]
        return np.tile(values, len(self.alive))[:, None]


class _Noise:
    """Noise for the gradients of a stack, in units that its gradients have."""

    def __init__(self, stack: Stack, noise: GradientNoise) -> None:
        self._draws = noise.draws(stack.architecture.parameters, stack.dtype)
        self._deviation = noise.deviation

    def resize(self, stack: Stack) -> None:
        """Allocate what depends on the number of cells; also before the first `add`."""
        self._gradients = stack.gradients.array
        self._scaled = np.empty_like(self._gradients)

    def add(self, gradient_factor: Array, alive: Array) -> None:
        # Nothing for the networks that have diverged: they stay zero.
        scale = np.where(alive, self._deviation * gradient_factor, 0.0)
        scale = scale.astype(self._scaled.dtype)[:, :, None]
        np.multiply(next(self._draws)[:, None], scale, out=self._scaled)
        np.add(self._gradients, self._scaled, out=self._gradients)


@dataclass(slots=True)
class _CacheBlock:
    """The arrays ``(N, P)`` of some networks of a stack, updated while they are in cache."""

    networks: slice
    weights: Array
    gradients: Array
    state: list[Array]
    scratch: Array


def _cut_blocks(stack: Stack, state: Sequence[Array]) -> list[_CacheBlock]:
    """Cut the arrays that an update works on into blocks of `CACHE_BLOCK_BYTES`."""
    arrays = (stack.weights.array, stack.gradients.array, *state)
    weights, gradients, *states = (
        array.reshape(-1, array.shape[-1], copy=False) for array in arrays
    )
    each = (len(arrays) + 1) * weights[0].nbytes
    slices = even_slices(len(weights), max(1, CACHE_BLOCK_BYTES // each))
    scratch = np.empty_like(weights[: max(block.stop - block.start for block in slices)])
    return [
        _CacheBlock(
            block,
            weights[block],
            gradients[block],
            [array[block] for array in states],
            scratch[: block.stop - block.start],
        )
        for block in slices
    ]


def even_slices(count: int, most: int) -> list[slice]:
    """Cut ``count`` items into as few slices of at most ``most`` as possible, as even as can be."""
    slices = -(-count // most)
    edges = [count * number // slices for number in range(slices + 1)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def flush_denormals(arrays: Sequence[Array]) -> None:
    """Set to zero what would reach the denormal numbers before the next call.

    A velocity whose gradients have vanished decays into the denormal numbers, which are a hundred
    times as slow to compute with. The threshold, 2³² times the smallest normal number, is what
    halves to that number in an interval (β = 0.5; for a larger β it is on the safe side). In
    float32 it is 5e-29: no weight and no root of a second moment would change.
    """
    for array in arrays:
        threshold = 2.0**FLUSH_INTERVAL * np.finfo(array.dtype).tiny
        np.multiply(array, np.abs(array) > threshold, out=array)
