"""Momentum, measured: a study of when momentum helps gradient descent."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from momentum_study.engine.momentum import initialize_velocity, update_parameters_with_momentum

__all__ = ["initialize_velocity", "update_parameters_with_momentum"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Loaded on demand: `python -m momentum_study` passes here before it has chosen the
    # numerical kernels, and that must come before NumPy is loaded.
    if name in __all__:
        from momentum_study.engine import momentum

        return getattr(momentum, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
