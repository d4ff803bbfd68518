"""Training: against references, alone and in a stack, through divergence."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.neural_network import MLPClassifier, MLPRegressor

from momentum_study.core.seeds import generator
from momentum_study.engine import updating
from momentum_study.engine.gradient_noise import GradientNoise
from momentum_study.engine.history import CURVES, History
from momentum_study.engine.networks import Architecture
from momentum_study.engine.optimizers import RULES
from momentum_study.engine.recording import LOSS_LIMIT, NON_FINITE
from momentum_study.engine.schedules import INTERVENTIONS, SCHEDULES
from momentum_study.engine.training import RunSpec, networks_per_stack, train
from momentum_study.engine.updating import FLUSH_INTERVAL, flush_denormals
from momentum_study.theory.noise import position_variance
from tests import reference
from tests.reference import Problem

ALL = slice(None)
ONE_STACK = 2**30  # bytes: enough for every problem below
RULE_BETAS = [("gd", 0.0), *((name, 0.8) for name in RULES if name != "gd")]
KEEPING_BETA = [name for name, schedule in SCHEDULES.items() if schedule.beta is None]
CHANGING_BETA = [name for name in SCHEDULES if name not in KEEPING_BETA]
MAY_CHANGE = ["momentum", "heavy_ball", "nesterov"]


def run(
    problem: Problem,
    rule: str,
    betas: list[float],
    rates: list[float],
    steps: int,
    *,
    evaluations: tuple[int, ...] | None = None,
    dtype: type = np.float64,
    replicates: slice = ALL,
    stack_bytes: int = ONE_STACK,
    deviation: float = 0.0,
    **spec,
) -> History:
    """Train on a problem, by default with the full batch and an evaluation at either end."""
    numbers = tuple(range(len(problem.weights))[replicates])
    noise = GradientNoise(deviation, problem.seed, "drawn", "any", numbers) if deviation else None
    return train(
        problem.architecture,
        problem.weights[replicates],
        RULES[rule],
        betas,
        rates,
        problem.splits(dtype, replicates),
        RunSpec(
            steps=steps,
            evaluation_steps=(0, steps) if evaluations is None else evaluations,
            order=problem.order(replicates),
            noise=noise,
            **{"batch_size": None, **spec},
        ),
        dtype,
        stack_bytes,
    )


# --- against references -----------------------------------------------------------------------


def expected_curves(problem: Problem, path: reference.Path, replicate: int, steps) -> dict:
    """Losses and path measures at these steps, from the weights of every step."""
    architecture = problem.architecture
    curves: dict[str, list[float]] = {name: [] for name in CURVES if not name.endswith("score")}
    for step in steps:
        weights = path.at(step, architecture)
        for name, data in problem.splits().items():
            loss = reference.mean_loss(
                architecture, weights, data.inputs[replicate, :, :-1], data.targets[replicate]
            )
            curves[f"{name}_loss"].append(loss)
        flat = path.weights
        curves["displacement"].append(np.linalg.norm(flat[step] - flat[0]))
        last = flat[step] - flat[step - 1] if step >= 1 else np.full_like(flat[0], np.nan)
        curves["update_norm"].append(np.linalg.norm(last))
        curves["gradient_norm"].append(
            np.linalg.norm(path.gradients[step - 1]) if step >= 1 else np.nan
        )
        if step >= 2:
            before = flat[step - 1] - flat[step - 2]
            norms = np.linalg.norm(last) * np.linalg.norm(before)
            curves["update_cosine"].append(last @ before / norms)
            curves["sign_flip_share"].append(np.mean(last * before < 0))
        else:
            curves["update_cosine"].append(np.nan)
            curves["sign_flip_share"].append(np.nan)
    return curves


def assert_equals_reference(
    problem: Problem,
    history: History,
    path_of: Callable[[int, int], reference.Path],
    rtol: float = 1e-9,
    atol: float = 1e-12,
) -> None:
    """Every curve and the final weights are those of a path, given by replicate and cell."""
    for r, c in np.ndindex(history.first_bad_step.shape):
        path = path_of(r, c)
        for name, expected in expected_curves(problem, path, r, history.steps.tolist()).items():
            np.testing.assert_allclose(
                history.curves[name][r, c], expected, rtol=rtol, atol=atol, err_msg=name
            )
        np.testing.assert_allclose(
            reference.flatten(history.weights[r][c]), path.weights[-1], rtol=rtol, atol=atol
        )


@pytest.mark.parametrize(("rule", "beta"), RULE_BETAS)
@pytest.mark.parametrize(
    ("batch_size", "deviation"),
    [(None, 0), (1, 0), (4, 0), (5, 0), (13, 0), (40, 0), (None, 0.3), (4, 0.3)],
)
def test_every_curve_equals_the_reference(rule, beta, batch_size, deviation):
    """13 rows: batches of 4 leave a last one of one row, batches of 5 one of three.

    Noise is added to the gradient before gain and rate.
    """
    problem = Problem.draw(Architecture(3, (4,), 2, "tanh"), 13, replicates=2)
    evaluations, rates, steps = (0, 1, 2, 3, 7, 8, 12, 17), [0.05, 0.2], 17
    options = {"evaluations": evaluations, "batch_size": batch_size, "deviation": deviation}
    history = run(problem, rule, [beta] * 2, rates, steps, **options)
    assert history.steps.tolist() == list(evaluations)
    assert (history.first_bad_step == -1).all()
    assert (history.reason == "").all()

    def path(r, c):
        source = generator(problem.seed, "gradient_noise", "drawn", "any", r)
        noise = deviation * source.standard_normal((steps, problem.architecture.parameters))
        return reference.train_reference(
            problem, rule, beta, [rates[c]] * steps, batch_size, r, noise
        )

    tolerances = (1e-8, 1e-10) if deviation else ()
    assert_equals_reference(problem, history, path, *tolerances)


@pytest.mark.parametrize("schedule", KEEPING_BETA)
@pytest.mark.parametrize(("rule", "beta"), RULE_BETAS)
def test_schedules_multiply_the_learning_rate_of_each_update(rule, beta, schedule):
    problem = Problem.draw(Architecture(3, (4,), 1, "sigmoid", "logistic"), 10)
    steps = 40
    history = run(problem, rule, [beta], [0.3], steps, batch_size=4, schedule=schedule)
    rates = [0.3 * SCHEDULES[schedule].rate(t / steps) for t in range(steps)]
    assert_equals_reference(
        problem, history, lambda r, c: reference.train_reference(problem, rule, beta, rates, 4, r)
    )


@pytest.mark.parametrize("schedule", CHANGING_BETA)
@pytest.mark.parametrize("rule", MAY_CHANGE)
def test_a_change_of_beta_keeps_the_velocity_and_changes_the_gain(rule, schedule):
    problem = Problem.draw(Architecture(3, (4,), 2, "tanh"), 13, replicates=2)
    betas, rates, steps, evaluations = [0.9, 0.3], [0.1, 0.2], 40, (0, 1, 9, 10, 11, 12, 25, 40)
    history = run(
        problem, rule, betas, rates, steps, evaluations=evaluations, batch_size=4, schedule=schedule
    )

    def path(r, c):
        beta = SCHEDULES[schedule].beta
        current_betas = [beta(np.array(betas[c]), t / steps).item() for t in range(steps)]
        assert current_betas.count(betas[c]) == 10
        return reference.train_reference(problem, rule, current_betas, [rates[c]] * steps, 4, r)

    assert_equals_reference(problem, history, path)


@pytest.mark.parametrize("schedule", INTERVENTIONS)
@pytest.mark.parametrize("rule", MAY_CHANGE)
def test_runs_equal_those_of_the_constant_schedule_until_an_intervention(rule, schedule):
    problem = Problem.draw(Architecture(9, (5, 3), 3), 30, 2)
    options = {"evaluations": tuple(range(41)), "batch_size": 8, "dtype": np.float32}
    betas, rates = [0.9, 0.8, 0.9], [0.1, 0.3, 1e12]
    constant = run(problem, rule, betas, rates, 40, **options)
    changed = run(problem, rule, betas, rates, 40, schedule=schedule, **options)
    for name in CURVES:
        ours, theirs = (h.curves[name][..., :11].tobytes() for h in (changed, constant))
        assert ours == theirs, name
    # Update 11 is the first to differ, in the runs that got there.
    last = np.stack([h.curves["train_loss"][:, :2, 11] for h in (changed, constant)])
    assert np.isfinite(last).all()
    assert (last[0] != last[1]).all()
    assert (changed.first_bad_step[:, 2] == constant.first_bad_step[:, 2]).all()


@pytest.mark.parametrize("schedule", CHANGING_BETA)
@pytest.mark.parametrize("rule", [name for name in RULES if name not in MAY_CHANGE])
def test_rules_that_assume_a_constant_beta_refuse_a_change(rule, schedule):
    problem = Problem.draw(Architecture(3, (), 2), 5)
    with pytest.raises(ValueError, match=f"{schedule} changes β, which {rule} cannot"):
        run(problem, rule, [0.0], [0.1], 4, schedule=schedule)


# --- noise injected into the gradients ----------------------------------------------------------


def test_noise_of_deviation_zero_changes_no_bit():
    problem = Problem.draw(Architecture(9, (5, 3), 3), 30, 2)
    options = {"evaluations": (0, 1, 10, 39, 40), "batch_size": 8, "dtype": np.float32}
    cells = [0.9, 0.5, 0.9], [0.1, 0.3, 1e12]
    zero = GradientNoise(0.0, 0, "drawn", "any", (0, 1))
    added = train(
        problem.architecture,
        problem.weights,
        RULES["momentum"],
        *cells,
        problem.splits(np.float32),
        RunSpec(40, options["evaluations"], 8, problem.order(), noise=zero),
    )
    assert_same_runs(run(problem, "momentum", *cells, 40, **options), added)


def test_a_network_that_has_diverged_stays_zero_under_noise(monkeypatch):
    """The second replicate diverges at step 0; its networks stay in the stack."""
    problem = Problem.draw(Architecture(3, (4,), 2), 13, replicates=2)
    problem.weights[1][0][:] = 1e308
    rule, seen = RULES["momentum"], []

    def watched_update(w, g, state, scratch, coefficients):
        rule.update(w, g, state, scratch, coefficients)
        seen.append((np.abs(w).max(axis=1), np.abs(state[0]).max(axis=1)))

    monkeypatch.setitem(RULES, "momentum", replace(rule, update=watched_update))
    history = run(problem, "momentum", [0.9, 0.5], [0.1, 0.1], 8, deviation=0.1)
    assert history.first_bad_step.tolist() == [[-1, -1], [0, 0]]
    for weights, velocities in seen:
        assert (weights > 0).tolist() == (velocities > 0).tolist() == [True, True, False, False]


@pytest.mark.parametrize(("rule", "beta"), [("gd", 0.0), ("momentum", 0.9), ("heavy_ball", 0.5)])
def test_the_variance_of_the_weights_is_the_predicted_one(rule, beta):
    """Linear regression from its solution; each eigenvector has its own stationary variance."""
    chains, steps, deviation = 600, 300, 0.2
    one = Problem.draw(Architecture(2, (), 1, "relu", "mse"), 12, seed=4)
    rows = one.splits()["train"].inputs[0]
    solution = np.linalg.lstsq(rows, one.targets[0])[0].T
    curvatures, vectors = np.linalg.eigh(2 * rows.T @ rows / len(rows))
    problem = Problem(
        one.architecture,
        one.inputs.repeat(chains, axis=0),
        one.targets.repeat(chains, axis=0),
        [[solution]] * chains,
        seed=1,
    )
    rates = [0.2 / curvatures[-1], 0.9 / curvatures[-1]]
    options = {"evaluations": (0, steps), "deviation": deviation, "keep_snapshots": True}
    ended = run(problem, rule, [beta] * 2, rates, steps, **options).snapshots[:, :, -1]
    along = (ended - solution[0]) @ vectors
    for cell, rate in enumerate(rates):
        # (1 - rate λ)^(2·300) is negligible for the smallest λ, too.
        expected = position_variance(rule, beta, rate * curvatures)
        found = np.mean(np.square(along[:, cell]), axis=0) * np.square(curvatures / deviation)
        np.testing.assert_array_less(
            np.abs(found / expected - 1), 4 * np.sqrt(2 / chains), err_msg=str(rate)
        )


# --- against scikit-learn -----------------------------------------------------------------------


class StartingAt:
    """Mixed into scikit-learn's networks: start from given layers."""

    def starting_at(self, layers):
        self.layers = iter(layers)
        return self

    def _init_coef(self, fan_in, fan_out, dtype):
        layer = next(self.layers)
        assert layer.shape == (fan_out, fan_in + 1)
        return layer[:, :-1].T.astype(dtype), layer[:, -1].astype(dtype)


class Classifier(StartingAt, MLPClassifier):
    pass


class Regressor(StartingAt, MLPRegressor):
    pass


@pytest.mark.parametrize(("rule", "beta"), [("gd", 0.0), ("momentum", 0.9), ("nesterov", 0.9)])
@pytest.mark.parametrize("batch_size", [None, 7])
@pytest.mark.parametrize(
    ("loss", "outputs", "activation"),
    [
        ("logistic", 1, "tanh"),
        ("cross_entropy", 3, "relu"),
        ("mse", 1, "sigmoid"),
        ("mse", 2, "tanh"),
    ],
)
def test_weights_equal_those_of_scikit_learn(rule, beta, batch_size, loss, outputs, activation):
    rows, epochs, eta = 20, 100, 0.02
    problem = Problem.draw(Architecture(4, (6, 5), outputs, activation, loss), rows, seed=1)
    per_epoch = -(-rows // (batch_size or rows))
    # scikit-learn's heavy ball at η is the average at α = η/(1 − β). Its squared loss is half the
    # sum over outputs, where ours is their mean.
    rate = eta / (1 - beta) if rule == "momentum" else eta
    rate *= outputs / 2 if loss == "mse" else 1
    history = train(
        problem.architecture,
        problem.weights,
        RULES[rule],
        [beta],
        [rate],
        problem.splits(),
        RunSpec(
            epochs * per_epoch,
            (0, epochs * per_epoch),
            batch_size,
            order=lambda epoch: np.arange(rows)[None],
        ),
        np.float64,
    )
    network = (Regressor if loss == "mse" else Classifier)(
        hidden_layer_sizes=(6, 5),
        activation={"sigmoid": "logistic"}.get(activation, activation),
        solver="sgd",
        alpha=0,
        batch_size=batch_size or rows,
        learning_rate_init=eta,
        momentum=beta,
        nesterovs_momentum=rule == "nesterov",
        shuffle=False,
    ).starting_at(problem.weights[0])
    targets = problem.targets[0]
    targets = targets.argmax(axis=1) if loss == "cross_entropy" else targets.squeeze()
    for _ in range(epochs):
        options = {} if loss == "mse" else {"classes": np.unique(targets)}
        network.partial_fit(problem.inputs[0], targets, **options)
    assert network.t_ == epochs * rows
    for layer, coefficients, intercepts in zip(
        history.weights[0][0], network.coefs_, network.intercepts_, strict=True
    ):
        np.testing.assert_allclose(layer[:, :-1], coefficients.T, rtol=0, atol=1e-12)
        np.testing.assert_allclose(layer[:, -1], intercepts, rtol=0, atol=1e-12)
    moved = reference.flatten(history.weights[0][0]) - reference.flatten(problem.weights[0])
    assert np.linalg.norm(moved) > 0.1


# --- alone and in a stack ------------------------------------------------------------------------


def assert_same_runs(left: History, right: History, cells=ALL, replicates=ALL) -> None:
    """``right`` has these runs of ``left``, and each is the same bit for bit."""
    assert left.first_bad_step[replicates, cells].tolist() == right.first_bad_step.tolist()
    assert left.reason[replicates, cells].tolist() == right.reason.tolist()
    for name in CURVES:
        ours = np.ascontiguousarray(left.curves[name][replicates, cells])
        assert ours.tobytes() == right.curves[name].tobytes(), name
    for our_row, their_row in zip(left.weights[replicates], right.weights, strict=True):
        for ours, theirs in zip(our_row[cells], their_row, strict=True):
            assert [layer.tobytes() for layer in ours] == [layer.tobytes() for layer in theirs]


def assert_same_alone(problem, rule, betas, rates, steps, **options) -> History:
    whole = run(problem, rule, betas, rates, steps, **options)
    for r in range(len(problem.weights)):
        for c in range(len(betas)):
            replicate, cell = slice(r, r + 1), slice(c, c + 1)
            alone = run(
                problem, rule, betas[cell], rates[cell], steps, replicates=replicate, **options
            )
            assert_same_runs(whole, alone, cell, replicate)
    return whole


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("inputs", "hidden", "loss", "outputs"),
    [
        (1, (), "mse", 1),
        (13, (1,), "cross_entropy", 10),
        (9, (6,), "logistic", 1),
        (30, (13, 5), "mse", 9),
        (13, (1, 1), "logistic", 1),
        (1, (5, 1, 3), "cross_entropy", 10),
        (30, (3, 4, 2), "mse", 1),
    ],
)
@pytest.mark.parametrize(("rows", "batch_size"), [(33, None), (33, 8), (9, 1), (7, 2), (2, None)])
def test_a_network_is_the_same_alone_and_in_a_stack(
    inputs, hidden, loss, outputs, rows, batch_size, dtype
):
    """Sizes at which BLAS takes another routine, or rounds the rows at the edge of a product."""
    problem = Problem.draw(Architecture(inputs, hidden, outputs, "tanh", loss), rows, 2)
    assert_same_alone(
        problem,
        "momentum",
        [0.0, 0.5, 0.9],
        [0.5, 0.01, 0.1],
        6,
        evaluations=(0, 2, 3, 6),
        batch_size=batch_size,
        dtype=dtype,
    )


@given(
    rule_beta=st.sampled_from(RULE_BETAS),
    activation=st.sampled_from(["relu", "tanh", "sigmoid"]),
    loss_outputs=st.sampled_from(
        [("mse", 1), ("mse", 4), ("logistic", 1), ("cross_entropy", 2), ("cross_entropy", 11)]
    ),
    inputs=st.integers(1, 40),
    hidden=st.lists(st.integers(1, 20), max_size=3).map(tuple),
    rows=st.integers(2, 40),
    batch_size=st.one_of(st.none(), st.integers(1, 20)),
    rates=st.lists(st.floats(1e-4, 3), min_size=1, max_size=6),
    diverging=st.booleans(),
    dtype=st.sampled_from([np.float32, np.float64]),
    schedule=st.sampled_from(sorted(SCHEDULES)),
    deviation=st.sampled_from([0.0, 0.1]),
    stack_bytes=st.sampled_from([1, 5_000, 50_000, ONE_STACK]),
)
@settings(max_examples=150)
def test_neither_other_networks_nor_the_size_of_stacks_change_a_bit(
    rule_beta,
    activation,
    loss_outputs,
    inputs,
    hidden,
    rows,
    batch_size,
    rates,
    diverging,
    dtype,
    schedule,
    deviation,
    stack_bytes,
):
    rule, beta = rule_beta
    if rule not in MAY_CHANGE and schedule in CHANGING_BETA:
        schedule = "constant"
    loss, outputs = loss_outputs
    problem = Problem.draw(Architecture(inputs, hidden, outputs, activation, loss), rows, 2)
    betas = [beta * (c % 3) / 2 for c in range(len(rates))]
    if diverging:
        rates, betas = [*rates, 1e12], [*betas, beta]
    options = {
        "evaluations": (0, 1, 4, 5, 9),
        "batch_size": batch_size,
        "dtype": dtype,
        "schedule": schedule,
        "deviation": deviation,
        "loss_limit": 1e3,
    }
    whole = assert_same_alone(problem, rule, betas, rates, 9, **options)
    chunked = run(problem, rule, betas, rates, 9, stack_bytes=stack_bytes, **options)
    assert_same_runs(whole, chunked)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("rule", "beta"), RULE_BETAS)
def test_evaluation_of_many_rows_is_the_same_alone_and_in_a_stack(rule, beta, dtype):
    """257 rows: one more than are evaluated at once. 33 updates: one flush of denormals."""
    problem = Problem.draw(Architecture(9, (6,), 10), 257, 2)
    assert FLUSH_INTERVAL < 33
    assert_same_alone(problem, rule, [beta] * 3, [0.1, 0.01, 0.3], 33, batch_size=32, dtype=dtype)


@pytest.mark.parametrize("deviation", [0.0, 0.1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_diverging_networks_do_not_change_others(dtype, deviation):
    """Some cells diverge in some or all replicates, early or late, by overflow or by the limit."""
    problem = Problem.draw(Architecture(9, (5,), 2, "relu", "mse"), 30, 3)
    overflowing = 1e30 if dtype is np.float32 else 1e200
    rates = [0.01, 0.4, 1e4, 0.02, 0.7, overflowing, 3.0]
    whole = assert_same_alone(
        problem,
        "heavy_ball",
        [0.9, 0.5, 0.0, 0.0, 0.9, 0.5, 0.99],
        rates,
        40,
        evaluations=(0, 1, 2, 5, 10, 20, 30, 40),
        batch_size=8,
        dtype=dtype,
        loss_limit=50.0,
        deviation=deviation,
    )
    bad = whole.first_bad_step
    assert (bad[:, [0, 3]] == -1).all()
    assert (bad[:, [2, 5]] >= 0).all()
    assert len(np.unique(bad)) > 3
    assert {NON_FINITE, LOSS_LIMIT} <= set(whole.reason.ravel())


@pytest.mark.parametrize("schedule", KEEPING_BETA)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_momentum_with_beta_zero_is_gradient_descent_bit_for_bit(schedule, dtype):
    problem = Problem.draw(Architecture(9, (5, 3), 3), 30, 2)
    rates = [0.01, 0.3, 1e9]
    options = {
        "evaluations": (0, 1, 10, 39, 40, 70),
        "batch_size": 8,
        "dtype": dtype,
        "schedule": schedule,
    }
    descent = run(problem, "gd", [0.0] * 3, rates, 70, **options)
    assert np.isfinite(descent.curves["train_loss"][:, 0]).all()
    for rule in ("momentum", "momentum_corrected", "heavy_ball", "nesterov"):
        assert_same_runs(descent, run(problem, rule, [0.0] * 3, rates, 70, **options))


@pytest.mark.parametrize("rule", ["momentum_corrected", "adam"])
def test_cache_blocks_change_no_bit(monkeypatch, rule):
    """Each network must be updated with its own β and α."""
    problem = Problem.draw(Architecture(4, (6,), 3), 20, replicates=2)
    betas, rates = [0.5, 0.8, 0.9], [0.1, 0.3, 0.01]
    whole = run(problem, rule, betas, rates, 10)
    monkeypatch.setattr(updating, "CACHE_BLOCK_BYTES", 1)
    assert_same_runs(whole, run(problem, rule, betas, rates, 10))


def test_snapshots_are_the_weights_at_the_evaluations():
    problem = Problem.draw(Architecture(4, (6,), 3), 20, replicates=2)
    options = {"evaluations": (0, 4, 10), "keep_snapshots": True}
    kept = run(problem, "momentum", [0.9] * 2, [0.1, 0.3], 10, **options).snapshots
    assert kept.shape == (2, 2, 3, problem.architecture.parameters)
    for index, steps in enumerate(options["evaluations"]):
        ended = run(problem, "momentum", [0.9] * 2, [0.1, 0.3], steps, evaluations=())
        for replicate, cell in np.ndindex(2, 2):
            layers = [layer.reshape(-1) for layer in ended.weights[replicate][cell]]
            np.testing.assert_array_equal(kept[replicate, cell, index], np.concatenate(layers))


def test_networks_per_stack_follows_from_the_memory_of_a_network():
    """Weights, gradient, velocity; a row has hidden units and the 1 twice, outputs once."""
    architecture = Architecture(4, (8,), 3)
    each = 4 * (3 * (8 * 5 + 3 * 9) + 16 * (9 + 9 + 3))
    for memory, count in ((1, 1), (each, 1), (2 * each, 2), (11 * each - 1, 10)):
        found = networks_per_stack(architecture, RULES["momentum"], 16, np.dtype("f4"), memory)
        assert found == count


# --- divergence ---------------------------------------------------------------------------------


def linear_regression(rows: int = 12) -> tuple[Problem, float]:
    """A problem with one feature, and the largest eigenvalue of its Hessian."""
    problem = Problem.draw(Architecture(1, (), 1, "relu", "mse"), rows, seed=4)
    inputs = problem.splits()["train"].inputs[0]
    return problem, np.linalg.eigvalsh(2 * inputs.T @ inputs / rows)[-1]


@pytest.mark.parametrize(
    ("rule", "beta", "limit"),
    [("gd", 0.0, 2.0), ("momentum", 0.9, 38.0), ("heavy_ball", 0.9, 3.8)],
)
def test_linear_regression_diverges_just_above_the_stability_limit_and_not_below(rule, beta, limit):
    problem, curvature = linear_regression()
    rates = [0.99 * limit / curvature, 1.01 * limit / curvature]
    history = run(
        problem,
        rule,
        [beta] * 2,
        rates,
        20_000,
        evaluations=(0, *range(100, 20_001, 100)),
        loss_limit=1e4,
    )
    assert history.reason.tolist() == [["", LOSS_LIMIT]]
    inputs = problem.splits()["train"].inputs[0]
    best = np.linalg.lstsq(inputs, problem.targets[0])[0].T
    np.testing.assert_allclose(history.weights[0][0], [best], atol=1e-10)
    assert history.weights[0][1] == []


def losses_of_reference(problem: Problem, rate: float, steps: int) -> list[float]:
    path = reference.train_reference(problem, "gd", 0.0, [rate] * steps, None)
    train_part = problem.inputs[0], problem.targets[0]
    return [
        reference.mean_loss(problem.architecture, path.at(t, problem.architecture), *train_part)
        for t in range(steps + 1)
    ]


def test_the_loss_limit_is_seen_at_the_first_evaluation_above_it():
    problem, curvature = linear_regression()
    rate, fifth = 2.5 / curvature, 5
    losses = losses_of_reference(problem, rate, 40)
    ratio = losses[fifth] / losses[0]
    assert max(losses[:fifth]) < losses[fifth] < losses[fifth + 1]
    for limit, first in ((ratio * (1 - 1e-9), fifth), (ratio * (1 + 1e-9), fifth + 1)):
        every = run(
            problem, "gd", [0.0], [rate], 40, evaluations=tuple(range(41)), loss_limit=limit
        )
        assert every.first_bad_step.item() == first
        assert every.reason.item() == LOSS_LIMIT
    some = run(problem, "gd", [0.0], [rate], 40, evaluations=(0, 1, 40), loss_limit=limit)
    assert some.first_bad_step.item() == 40
    assert np.isfinite(some.curves["train_loss"][0, 0]).tolist() == [True, True, False]


@pytest.mark.parametrize("cell", [0, 1])
def test_overflow_is_caught_at_the_step_at_which_it_happens(cell):
    """Between evaluations: the first forward pass whose outputs are not finite."""
    problem, curvature = linear_regression()
    rates = [1e3 / curvature, 1e7 / curvature]
    with np.errstate(all="ignore"):
        path = reference.train_reference(problem, "gd", 0.0, [rates[cell]] * 150, None)
        inputs = problem.splits()["train"].inputs[0]
        finite = [bool(np.isfinite(inputs @ w).all()) for w in path.weights]
    expected = finite.index(False)
    history = run(problem, "gd", [0.0] * 2, rates, 150)
    assert history.first_bad_step[0, cell] == expected
    assert history.reason[0, cell] == NON_FINITE


def test_a_loss_that_overflows_at_an_evaluation_is_non_finite():
    """Its square overflows at half the exponent, long before the outputs do."""
    problem, curvature = linear_regression()
    rate = 1e4 / curvature
    with np.errstate(all="ignore"):
        losses = losses_of_reference(problem, rate, 60)
    expected = next(t for t, loss in enumerate(losses) if not np.isfinite(loss))
    history = run(problem, "gd", [0.0], [rate], 60, evaluations=tuple(range(61)))
    assert history.first_bad_step.item() == expected
    assert history.reason.item() == NON_FINITE


def test_a_diverged_run_has_no_final_weights_and_is_nan_from_the_divergence_on():
    """Also in its snapshots, which are kept on request only."""
    problem, curvature = linear_regression()
    evaluations = (0, 5, 10, 15, 20)
    options = {"evaluations": evaluations, "loss_limit": 1e3}
    rates = [0.5 / curvature, 4 / curvature]
    pair = run(problem, "gd", [0.0] * 2, rates, 20, **options)
    dead = np.array(evaluations) >= pair.first_bad_step[0, 1]
    assert 1 < dead.sum() < 5
    for name, curve in pair.curves.items():
        assert np.isnan(curve[0, 1][dead]).all(), name
    assert np.isfinite(pair.curves["train_loss"][0, 1][~dead]).all()
    assert pair.weights[0][1] == []
    assert pair.snapshots.size == 0
    kept = run(problem, "gd", [0.0] * 2, rates, 20, keep_snapshots=True, **options).snapshots
    assert np.isnan(kept[0, 1]).all(axis=-1).tolist() == dead.tolist()
    assert np.isfinite(kept[0, 0]).all()
    alone = run(problem, "gd", [0.0], rates[:1], 20, **options)
    assert_same_runs(pair, alone, slice(0, 1))


def test_a_run_whose_first_outputs_are_not_finite_diverges_at_step_zero():
    problem, _ = linear_regression()
    problem.weights[0][0][:] = 1e200
    history = run(problem, "gd", [0.0], [0.1], 5)
    assert history.first_bad_step.item() == 0
    assert history.reason.item() == NON_FINITE
    assert all(np.isnan(curve).all() for curve in history.curves.values())


# --- denormal numbers ---------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_flushing_keeps_normal_numbers_and_sets_tiny_ones_to_zero(dtype):
    information = np.finfo(dtype)
    kept = np.array([1, -1, 1e-18, -1e-18, information.max, np.inf], dtype)
    gone = np.array([information.smallest_subnormal, -information.tiny, information.tiny], dtype)
    array = np.concatenate([kept, gone])
    flush_denormals([array])
    assert array[: len(kept)].tolist() == kept.tolist()
    assert not array[len(kept) :].any()


def test_a_velocity_without_gradients_never_becomes_denormal():
    """The first update kills the only unit; from then on its velocity halves at every update."""
    problem = Problem.draw(Architecture(2, (1,), 1, "relu", "mse"), 4)
    problem.weights[0][:] = [np.array([[0.0, 0.0, 0.1]]), np.array([[1.0, 0.0]])]
    problem.targets[:] = -100.0
    velocities = []

    def watched_update(w, g, state, scratch, coefficients):
        RULES["heavy_ball"].update(w, g, state, scratch, coefficients)
        velocities.append(np.abs(state[0][..., :3]).max())  # the first layer's

    train(
        problem.architecture,
        problem.weights,
        replace(RULES["heavy_ball"], update=watched_update),
        [0.5],
        [0.25],
        problem.splits(np.float32),
        RunSpec(steps=250, evaluation_steps=(0, 250), batch_size=None),
        np.float32,
    )
    assert velocities[10] == velocities[9] / 2 > 0
    assert velocities[-1] == 0
    assert all(v == 0 or v >= np.finfo(np.float32).tiny for v in velocities)
