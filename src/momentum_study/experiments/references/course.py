"""A published course exercise: one update by momentum, and three trainings on two moons.

Its random numbers come from NumPy's legacy streams (``np.random.seed``), drawn here from
``RandomState`` objects, which give the same streams and do not change the global one.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import make_moons

from momentum_study.engine.arrays import ArraySplit
from momentum_study.engine.momentum import initialize_velocity, update_parameters_with_momentum
from momentum_study.engine.networks import Architecture, Stack
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.training import RunSpec, train
from momentum_study.experiments.references.rows import Row, exact

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BETA = 0.9

ONE_UPDATE_SEED = 1
ONE_UPDATE_RATE = 0.01
ONE_UPDATE_SHAPES = {"W1": (2, 3), "b1": (2, 1), "W2": (3, 3), "b2": (3, 1)}
# As printed, row by row: parameters, then velocities.
ONE_UPDATE = {
    "W1": "1.62544598 -0.61290114 -0.52907334 -1.07347112 0.86450677 -2.30085497",
    "b1": "1.74493465 -0.76027113",
    "W2": "0.31930698 -0.24990073 1.4627996 -2.05974396 -0.32173003 -0.38320915 "
    "1.13444069 -1.0998786 -0.1713109",
    "b2": "-0.87809283 0.04055394 0.58207317",
    "dW1": "-0.11006192 0.11447237 0.09015907 0.05024943 0.09008559 -0.06837279",
    "db1": "-0.01228902 -0.09357694",
    "dW2": "-0.02678881 0.05303555 -0.06916608 -0.03967535 -0.06871727 -0.08452056 "
    "-0.06712461 -0.00126646 -0.11173103",
    "db2": "0.02344157 0.16598022 0.07420442",
}

# A case of the closed form with arbitrary numbers.
CONSTANT_START = 0.5
CONSTANT_GRADIENT = -2.0
CONSTANT_UPDATES = (1, 2, 10, 100)

MOONS_ROWS = 300
MOONS_NOISE = 0.2
MOONS_SEED = 3
MOONS_HIDDEN = (5, 2)
MOONS_RATE = 0.0007
MOONS_BATCH = 64
MOONS_FIRST_ORDER_SEED = 11
# Rule → cost of the last minibatch of epochs 0, 1000, …, 9000, as printed.
MOONS_EVERY = 1000
MOONS_COSTS = {
    "gd": "0.690736 0.685273 0.647072 0.619525 0.576584 0.607243 0.529403 0.460768 0.465586 "
    "0.464518",
    "momentum": "0.690741 0.685341 0.647145 0.619594 0.576665 0.607324 0.529476 0.460936 0.465780 "
    "0.464740",
    "adam": "0.690552 0.185567 0.150852 0.074454 0.125936 0.104235 0.100552 0.031601 0.111709 "
    "0.197648",
}


def one_update_rows() -> list[Row]:
    """Compare one update of two layers, printed with eight digits, entry by entry."""
    source = np.random.RandomState(ONE_UPDATE_SEED)
    parameters = {name: source.randn(*shape) for name, shape in ONE_UPDATE_SHAPES.items()}
    grads = {f"d{name}": source.randn(*shape) for name, shape in ONE_UPDATE_SHAPES.items()}
    velocity = initialize_velocity(parameters)
    update_parameters_with_momentum(parameters, grads, velocity, BETA, ONE_UPDATE_RATE)
    rows = []
    for name, printed in ONE_UPDATE.items():
        ours = parameters[name] if name in parameters else velocity[name]
        label = name if name in parameters else f"velocity of {name[1:]}"
        for place, published in zip(np.ndindex(ours.shape), _numbers(printed), strict=True):
            quantity = f"{label}[{place[0]},{place[1]}]"
            rows.append(
                exact("Course exercise, one update", quantity, published, float(ours[place]))
            )
    return rows


def constant_gradient_rows() -> list[Row]:
    """Compare updates by a constant gradient g with their closed forms.

    From v = 0, W_k = W_0 − αg[k − β(1 − βᵏ)/(1 − β)], and with bias correction W_0 − αgk. Unlike
    a single update, these distinguish v ← βv + (1 − β)g from v ← (1 − β)g.
    """
    rows = []
    for corrected in (False, True):
        parameters = {"W1": np.full((1, 1), CONSTANT_START), "b1": np.zeros((1, 1))}
        grads = {"dW1": np.full((1, 1), CONSTANT_GRADIENT), "db1": np.zeros((1, 1))}
        velocity = initialize_velocity(parameters)
        for k in range(1, max(CONSTANT_UPDATES) + 1):
            update_parameters_with_momentum(
                parameters,
                grads,
                velocity,
                BETA,
                ONE_UPDATE_RATE,
                bias_correction=corrected,
                t=k,
            )
            if k in CONSTANT_UPDATES:
                lag = 0.0 if corrected else BETA * (1 - BETA**k) / (1 - BETA)
                closed = CONSTANT_START - ONE_UPDATE_RATE * CONSTANT_GRADIENT * (k - lag)
                form = "with" if corrected else "without"
                quantity = f"W after {k} updates, {form} bias correction"
                ours = parameters["W1"].item()
                rows.append(exact("Closed form, constant gradient", quantity, closed, ours))
    return rows


def moons_rows(epochs: int) -> list[Row]:
    """Compare the costs of three trainings on two moons, printed every 1000 epochs.

    Parameters
    ----------
    epochs
        Number of epochs to train, at least 1. The printed costs of earlier epochs are compared; all
        of them need 9001.
    """
    rows = []
    for rule, printed in MOONS_COSTS.items():
        published = _numbers(printed)
        checkpoints = list(range(0, epochs, MOONS_EVERY))[: len(published)]
        costs = moons_costs(rule, checkpoints)
        for epoch, number, ours in zip(checkpoints, published, costs, strict=False):
            quantity = f"cost of the last minibatch of epoch {epoch}, {rule}"
            rows.append(exact("Course exercise, two moons", quantity, number, ours))
    return rows


def moons_costs(rule: str, epochs: list[int]) -> list[float]:
    """Train on two moons and return the cost of the last minibatch of these epochs, from 0.

    The cost is that of the weights before the update of the minibatch. Each set of weights is
    a network of one stack.
    """
    features, labels = make_moons(MOONS_ROWS, noise=MOONS_NOISE, random_state=MOONS_SEED)
    inputs = np.hstack([features, np.ones((MOONS_ROWS, 1))])
    targets = labels[:, None].astype(np.float64)
    order = _legacy_orders(max(epochs) + 1)
    batches = -(-MOONS_ROWS // MOONS_BATCH)
    steps = [epoch * batches + batches - 1 for epoch in epochs]
    architecture = Architecture(features.shape[1], MOONS_HIDDEN, 1, loss="logistic")
    start = _legacy_weights(architecture)
    spec = RunSpec(
        steps[-1],
        (0, *steps),
        MOONS_BATCH,
        lambda epoch: order[epoch : epoch + 1],
        keep_snapshots=True,
    )
    beta = BETA if RULES[rule].uses_beta else 0.0
    data = {"train": ArraySplit(inputs[None], targets[None])}
    history = train(
        architecture, [start], RULES[rule], [beta], [MOONS_RATE], data, spec, np.float64
    )
    stack = Stack(architecture, [start] * len(epochs), 1, np.float64)
    stack.weights.array[:, 0] = history.snapshots[0, 0, 1:]
    last = order[epochs, (batches - 1) * MOONS_BATCH :]
    loss, _ = stack.evaluate(inputs[last], targets[last], MOONS_BATCH)
    costs: list[float] = loss[:, 0].tolist()
    return costs


def _legacy_weights(architecture: Architecture) -> list[FloatArray]:
    """Return He's initial weights from the legacy stream; `initial_weights` uses the new one."""
    source = np.random.RandomState(MOONS_SEED)
    return [
        np.hstack(
            [source.randn(units, columns - 1) * np.sqrt(2 / (columns - 1)), np.zeros((units, 1))]
        )
        for units, columns in architecture.shapes
    ]


def _legacy_orders(epochs: int) -> IntArray:
    """Return permutations ``(epochs, rows)``, each with its own seed."""
    source = np.random.RandomState()
    orders = np.empty((epochs, MOONS_ROWS), dtype=np.int64)
    for epoch in range(epochs):
        source.seed(MOONS_FIRST_ORDER_SEED + epoch)
        orders[epoch] = source.permutation(MOONS_ROWS)
    return orders


def _numbers(printed: str) -> list[float]:
    return [float(number) for number in printed.split()]
