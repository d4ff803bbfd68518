"""Record the trajectories of torch.optim and optax with which the study's rules are compared.

With both installed, run ``python -m benchmarks.record_reference`` from the root of the repository.
It rewrites
``src/momentum_study/experiments/references/library_trajectories.csv``. Both libraries
differentiate Rosenbrock's function themselves, in float64.
"""

from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from momentum_study.experiments.references.libraries import CASES, START, UPDATES, Case, record_file

FloatArray = NDArray[np.float64]

# Of optax: transformations of the gradient without a learning rate.
TRANSFORMATIONS = ("trace", "ema")


def rosenbrock(point: Any) -> Any:
    """100 (y − x²)² + (1 − x)², of a tensor or an array of either library."""
    x, y = point
    return 100.0 * (y - x**2) ** 2 + (1.0 - x) ** 2


def torch_path(case: Case) -> FloatArray:
    """Positions ``(updates + 1, 2)`` by an optimizer of torch.optim, the start first."""
    import torch

    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = getattr(torch.optim, case.optimizer)([point], **case.arguments)
    path = [point.detach().numpy().copy()]
    for _ in range(max(UPDATES)):
        optimizer.zero_grad()
        rosenbrock(point).backward()
        optimizer.step()
        path.append(point.detach().numpy().copy())
    return np.array(path)


def optax_path(case: Case) -> FloatArray:
    """Positions ``(updates + 1, 2)`` by an optimizer of optax, the start first."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    arguments = dict(case.arguments)
    scale = arguments.pop("scale", None)
    optimizer = getattr(optax, case.optimizer)(**arguments)
    if case.optimizer in TRANSFORMATIONS:
        optimizer = optax.chain(optimizer, optax.scale(scale))
    gradient = jax.jit(jax.grad(rosenbrock))
    point = jax.numpy.asarray(START, dtype=np.float64)
    state = optimizer.init(point)
    path = [np.asarray(point)]
    for _ in range(max(UPDATES)):
        changes, state = optimizer.update(gradient(point), state, point)
        point = optax.apply_updates(point, changes)
        path.append(np.asarray(point))
    return np.array(path)


# Library → its distribution, and how to run it.
LIBRARIES = {"torch.optim": ("torch", torch_path), "optax": ("optax", optax_path)}


def record(case: Case) -> pd.DataFrame:
    """Return the positions of a case after some numbers of updates, with the library's version."""
    distribution, run = LIBRARIES[case.library]
    path = run(case)[list(UPDATES)]
    return pd.DataFrame(
        {
            "library": case.library,
            # Without the build's suffix, such as +cpu.
            "version": version(distribution).partition("+")[0],
            "optimizer": case.optimizer,
            "settings": case.settings,
            "updates": UPDATES,
            "x": path[:, 0],
            "y": path[:, 1],
        }
    )


if __name__ == "__main__":
    table = pd.concat([record(case) for case in CASES])
    # 17 significant digits reproduce every double.
    text = table.to_csv(index=False, lineterminator="\n", float_format="%.17g")
    record_file().write_text(text, encoding="utf-8")
