"""Every check passes sound rules and rejects rules with the defect that it is about."""

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

import numpy as np
import pytest

from momentum_study.engine.optimizers import RULES, Rule
from momentum_study.engine.rule_checks import (
    batch_invariance,
    checks_of,
    coefficients,
    depends_on_t,
    effective_rate,
    homogeneous,
    in_place,
    learning_rate,
    memory,
    no_momentum,
    outcome,
    outcomes,
    precision,
    quadratics,
    repeatable,
    rest,
    training,
    uses_beta,
)

MOMENTUM, ADAM, DESCENT = RULES["momentum"], RULES["adam"], RULES["gd"]


def then(change: Callable) -> Rule:
    """Momentum whose update is followed by something else."""

    def update(w, g, state, scratch, c):
        MOMENTUM.update(w, g, state, scratch, c)
        change(w, state, c)

    return replace(MOMENTUM, update=update)


def with_update(base: Rule, **changes) -> Callable:
    """Turn an update into a function of its name that returns the base rule with this update."""

    def decorate(update: Callable) -> Callable:
        return wraps(update)(lambda: replace(base, update=update, **changes))

    return decorate


def with_t(beta, rate, t):
    return beta, rate, float(t)


# --- broken rules, made for each check, because some keep state that they should not


@with_update(MOMENTUM)
def forgets_its_state(w, g, state, scratch, c):
    (v,) = state
    v = c[0] * v + g
    w -= c[1] * v


@with_update(MOMENTUM)
def makes_new_weights(w, g, state, scratch, c):
    (v,) = state
    v[...] = c[0] * v + g
    w = w - c[1] * v


@with_update(MOMENTUM)
def returns_new_weights(w, g, state, scratch, c):
    MOMENTUM.update(w, g, state, scratch, c)
    return w


def needs_an_axis():
    return then(lambda w, state, c: w[0])


def takes_one_precision_alone():
    return then(lambda w, state, c: np.add(w, np.zeros(w.shape), out=w, casting="no"))


def changes_a_shape():
    return then(lambda w, state, c: state[0].resize(state[0].size, refcheck=False))


def is_not_finite():
    return then(lambda w, state, c: state[0].fill(np.inf))


def keeps_the_last_gradient():
    last = {}

    def update(w, g, state, scratch, c):
        w -= c[1] * (g if c[2] == 1 else last["g"])
        last["g"] = g

    return replace(DESCENT, update=update, coefficients=with_t, depends_on_t=True)


def keeps_its_first_state():
    kept = {}

    def update(w, g, state, scratch, c):
        if c[2] == 1:
            kept["state"] = state[0]
        MOMENTUM.update(w, g, [kept["state"]], scratch, c[:2])

    return replace(MOMENTUM, update=update, coefficients=with_t, depends_on_t=True)


def keeps_its_velocity_to_itself():
    kept = {}

    def update(w, g, state, scratch, c):
        kept["v"] = g if c[2] == 1 else c[0] * kept["v"] + g
        w -= c[1] * kept["v"]

    return replace(MOMENTUM, update=update, coefficients=with_t, depends_on_t=True, state=())


def draws_at_random():
    generator = np.random.default_rng()
    return then(lambda w, state, c: np.add(w, generator.standard_normal(w.shape), out=w))


def counts_its_calls():
    calls = []

    def change(w, state, c):
        calls.append(None)
        w -= 1e-6 * len(calls)

    return then(change)


def takes_off_the_mean_of_all():
    return then(lambda w, state, c: np.subtract(w, 0.1 * state[0].mean(), out=w))


def takes_off_the_mean_of_the_stack():
    return then(lambda w, state, c: np.subtract(w, 0.1 * state[0].mean(axis=0), out=w))


@with_update(MOMENTUM)
def stops_all_if_one_is_not_finite(w, g, state, scratch, c):
    if np.isfinite(g).all():
        MOMENTUM.update(w, g, state, scratch, c)


def changes_its_coefficients():
    def change(w, state, c):
        if isinstance(c[0], np.ndarray):
            c[0][...] *= 0.5

    return then(change)


def divides_by_zero():
    return then(lambda w, state, c: np.add(w, 0 * state[0] / np.abs(state[0]), out=w))


def drifts():
    return then(lambda w, state, c: np.add(w, 1e-3, out=w))


def loses_digits():
    def change(w, state, c):
        w += 1e6
        w -= 1e6

    return then(change)


@with_update(MOMENTUM)
def ascends(w, g, state, scratch, c):
    MOMENTUM.update(w, -g, state, scratch, c)


@with_update(DESCENT, coefficients=with_t, depends_on_t=True)
def is_nan_from_update_50_on(w, g, state, scratch, c):
    w -= c[1] * g + (np.nan if c[2] >= 50 else 0)


def hardly_moves():
    return replace(MOMENTUM, coefficients=lambda beta, rate, t: (beta, 1e-3 * rate))


@with_update(DESCENT)
def clips(w, g, state, scratch, c):
    w -= c[1] * np.clip(g, -100, 100)


def decays_the_weights():
    return then(lambda w, state, c: np.multiply(w, 1 - 0.01 * c[1], out=w))


@with_update(DESCENT, homogeneous=False)
def takes_root_of_rate(w, g, state, scratch, c):
    w -= np.sqrt(c[1]) * np.sign(g)


@with_update(DESCENT, homogeneous=False)
def ignores_the_rate(w, g, state, scratch, c):
    w -= 0.01 * np.sign(g)


def ignores_beta():
    return replace(MOMENTUM, gain=lambda beta: 0.1, coefficients=lambda beta, rate, t: (0.9, rate))


@with_update(MOMENTUM, state=("first", "second"))
def has_two_velocities(w, g, state, scratch, c):
    first, second = state
    first *= c[0]
    first += g
    second *= 0.5
    second += 0.5 * first
    w -= c[1] * second


@with_update(MOMENTUM, coefficients=lambda beta, rate, t: (beta, rate, 1 / (1 - beta)))
def rounds_without_momentum(w, g, state, scratch, c):
    (v,) = state
    v *= c[0]
    v += g
    w -= c[1] * (0.3 * c[2] * g + 0.7 * v)


def with_coefficients(function):
    return lambda: replace(MOMENTUM, coefficients=function)


BROKEN = [
    (coefficients, lambda: replace(MOMENTUM, gain=lambda beta: 0.0), "above 0"),
    (coefficients, lambda: replace(MOMENTUM, gain=lambda beta: np.nan), "finite"),
    (coefficients, lambda: replace(MOMENTUM, gain=lambda beta: np.max(1 - beta)), "for an array"),
    (coefficients, with_coefficients(lambda beta, rate, t: (math.sqrt(beta), rate)), "TypeError"),
    (coefficients, with_coefficients(lambda beta, rate, t: (np.max(beta), rate)), "coefficient 0"),
    (coefficients, with_coefficients(lambda beta, rate, t: (beta, np.ravel(rate))), "shape"),
    (
        coefficients,
        with_coefficients(lambda beta, rate, t: (beta, rate)[: 1 + t % 2]),
        "expected 2 coefficients at t = 2",
    ),
    (coefficients, with_coefficients(lambda beta, rate, t: (beta, np.divide(rate, t - 1))), "inf"),
    (coefficients, with_coefficients(lambda beta, rate, t: rate), "not iterable"),
    (depends_on_t, lambda: replace(MOMENTUM, depends_on_t=True), "no coefficient changes"),
    (depends_on_t, lambda: replace(ADAM, depends_on_t=False), "coefficients change"),
    (uses_beta, lambda: replace(MOMENTUM, uses_beta=False), "updates change with β"),
    (uses_beta, lambda: replace(DESCENT, uses_beta=True), "β changes no update"),
    (uses_beta, ignores_beta, "β changes no update"),
    (homogeneous, lambda: replace(MOMENTUM, homogeneous=False), "are proportional"),
    (homogeneous, lambda: replace(ADAM, homogeneous=True), "are not proportional"),
    (homogeneous, clips, "are not proportional"),
    (homogeneous, decays_the_weights, "are not proportional"),
    (learning_rate, takes_root_of_rate, "twice the rate"),
    (learning_rate, ignores_the_rate, "twice the rate"),
    (in_place, forgets_its_state, "velocity stays zero"),
    (in_place, makes_new_weights, "w has not changed"),
    (in_place, returns_new_weights, "returned a value"),
    (in_place, needs_an_axis, r"shape \(\).*IndexError"),
    (in_place, takes_one_precision_alone, "float32.*test_rule_checks.py, line .*casting"),
    (in_place, changes_a_shape, r"velocity now has shape \(1,\)"),
    (in_place, is_not_finite, "velocity is not finite"),
    (memory, keeps_the_last_gradient, "update 2"),
    (memory, keeps_its_first_state, "update 2"),
    (memory, keeps_its_velocity_to_itself, "update 2"),
    (repeatable, draws_at_random, "second run differs"),
    (repeatable, counts_its_calls, "second run differs"),
    (batch_invariance, takes_off_the_mean_of_all, "differs in a stack"),
    (batch_invariance, takes_off_the_mean_of_the_stack, "differs in a stack"),
    (batch_invariance, stops_all_if_one_is_not_finite, "others have gradients of nan"),
    (batch_invariance, changes_its_coefficients, "differs in a stack"),
    (rest, divides_by_zero, "became nan"),
    (rest, drifts, "became 0.003"),
    (precision, loses_digits, "differ by"),
    (quadratics, ascends, "from 556 to"),
    (quadratics, is_nan_from_update_50_on, "not finite after update 50"),
    (quadratics, hardly_moves, "remains in the steepest"),
    (training, takes_off_the_mean_of_all, "in one stack changes the run"),
    (training, takes_off_the_mean_of_the_stack, "in one stack changes the run"),
    (training, changes_its_coefficients, "in one stack changes the run"),
    (effective_rate, forgets_its_state, "steps of 0.005"),
    (effective_rate, lambda: replace(MOMENTUM, gain=lambda beta: 1.0), "expected 0.01"),
    (effective_rate, lambda: replace(MOMENTUM, averages=False), "expected 0.02"),
    (no_momentum, has_two_velocities, "from plain gradient descent"),
    (no_momentum, rounds_without_momentum, "from plain gradient descent"),
]


@pytest.mark.parametrize(("check", "broken", "why"), BROKEN)
def test_a_check_rejects_a_rule_with_its_defect(check, broken, why):
    problem = outcome(check, broken()).problem
    assert problem is not None
    assert re.search(why, problem)
    assert "\n" not in problem


def test_every_check_can_fail():
    assert {check for check, _, _ in BROKEN} == set(checks_of(MOMENTUM))


# --- sound rules of kinds that are not built in


def lion():
    """Its step has length α; step and state use different averages (Chen et al. 2023)."""

    def update(w, g, state, scratch, c):
        (m,) = state
        beta, one_minus_beta, rate = c
        w -= rate * np.sign(beta * m + one_minus_beta * g)
        m *= 0.99
        m += 0.01 * g

    return Rule(
        *("lion", update, lambda beta, rate, t: (beta, 1.0 - beta, rate), ("moment",)),
        gain=lambda beta: 1.0,
        averages=True,
        homogeneous=False,
    )


def normalized_momentum():
    """Each network's velocity is divided by its own norm."""

    def update(w, g, state, scratch, c):
        (v,) = state
        v *= c[0]
        v += g
        w -= c[1] * v / (np.sqrt((v * v).sum(axis=-1, keepdims=True)) + 1e-8)

    return replace(MOMENTUM, name="normalized", update=update, homogeneous=False)


def adagrad():
    def update(w, g, state, scratch, c):
        (s,) = state
        s += g * g
        w -= c[1] * g / (np.sqrt(s) + 1e-8)

    return replace(DESCENT, name="adagrad", update=update, state=("sum",), homogeneous=False)


def decayed():
    return replace(decays_the_weights(), name="decayed", homogeneous=False)


SOUND = [*RULES.values(), lion(), normalized_momentum(), adagrad(), decayed()]


@pytest.mark.parametrize("sound", SOUND, ids=lambda sound: sound.name)
def test_sound_rules_pass_every_check(sound):
    assert [one for one in outcomes(sound) if one.problem] == []


def test_names_and_demands_fit_on_a_line():
    for one in outcomes(MOMENTUM):
        assert len(one.check) <= 16
        assert len(one.demand) <= 76
        assert one.demand.endswith(".")
    assert len({one.check for one in outcomes(MOMENTUM)}) == len(checks_of(MOMENTUM))


def test_checks_depend_on_homogeneity_and_on_beta():
    assert set(checks_of(MOMENTUM)) - set(checks_of(DESCENT)) == {no_momentum}
    assert set(checks_of(DESCENT)) - set(checks_of(ADAM)) == {effective_rate}
