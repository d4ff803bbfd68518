"""The contenders, by name.

Each module of this package has a function ``prepare(problem)`` that does everything except training
and returns a :class:`Prepared`. A module is imported only in the process that runs it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from momentum_study.core.kernels import Kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Prepared:
    """A contender that is ready to train.

    Attributes
    ----------
    train
        Trains all networks from the start and returns them in the contender's own form.
    weights
        Converts the result of ``train`` to the final layers ``(S, units, inputs + 1)``, bias last.
    """

    train: Callable[[], Any]
    weights: "Callable[[Any], list[NDArray[Any]]]"


@dataclass(frozen=True)
class Peer:
    """How to run a contender.

    Attributes
    ----------
    module
        Its module in this package.
    distribution
        The distribution that must be installed for it.
    loops
        True if it trains one network after the other; then it trains only a few of them.
    kernels
        Which kernels NumPy and OpenBLAS use in its process.
    """

    module: str
    distribution: str
    loops: bool = False
    kernels: Kernels = "native"


REFERENCE = "engine_native"

PEERS = {
    REFERENCE: Peer("engine", "numpy"),
    "engine_portable": Peer("engine", "numpy", kernels="portable"),
    "numpy_loop": Peer("numpy_loop", "numpy", loops=True),
    "sklearn": Peer("sklearn_loop", "scikit-learn", loops=True),
    "torch_eager": Peer("torch_eager", "torch", loops=True),
    "torch_vmap": Peer("torch_vmap", "torch"),
    "jax": Peer("jax_vmap", "jax"),
}
