from dataclasses import replace

import pandas as pd
import pytest

from benchmarks import scaling
from benchmarks.comparison import Timings
from benchmarks.problems import Case
from benchmarks.summary import breakdown_rows, compilation_table, peer_summary, peer_table

TIMINGS = [
    Timings(
        Case("iris", networks, "float32", "adam"),
        steps=20,
        seconds={"engine_native": [1e-6, 2e-6, 4e-6], "jax": [2e-6, 6e-6, jax]},
        roof=[5e-7, 5e-7, 1e-6],
        compilation={"engine_native": 0.0, "jax": networks / 9},
        difference={"engine_native": 0.0, "jax": 1e-9},
    )
    for networks, jax in ((81, 4e-6), (9, 32e-6))
]


def test_ratios_are_taken_within_rounds():
    engine, jax = peer_table(TIMINGS[:1]).to_dict("records")
    assert ",".join(engine) == (
        "workload,networks,dtype,rule,peer,"
        "net_updates_per_s,ratio_median,ratio_min,ratio_max,roof_share"
    )
    assert (engine["ratio_median"], engine["ratio_min"], engine["ratio_max"]) == (1, 1, 1)
    assert (jax["ratio_median"], jax["ratio_min"], jax["ratio_max"]) == (2, 1, 3)
    assert (engine["net_updates_per_s"], jax["net_updates_per_s"]) == (500_000, 250_000)
    assert (engine["roof_share"], jax["roof_share"]) == (0.25, 0.25)


def test_summary_is_a_geometric_mean_over_cases():
    # Median ratios 2 and 3; only the first case is of 81 networks.
    summary = peer_summary(peer_table(TIMINGS)).set_index("scope")
    scopes = ["float32, 81 and 729 networks", "float32, 81 networks", "all"]
    assert list(summary.index) == scopes
    assert list(summary["geometric_mean"]) == pytest.approx([2, 2, 6**0.5], abs=1e-3)
    assert list(summary["min"]) == [2, 2, 2]
    assert list(summary["max"]) == [2, 2, 3]
    assert list(summary["cases"]) == [1, 1, 2]
    assert summary["to_portable"].isna().all()


def test_ratios_to_the_portable_engine_are_taken_within_cases():
    portable = [
        replace(case, seconds={**case.seconds, "engine_portable": [2e-6, 2e-6, 8e-6]})
        for case in TIMINGS
    ]
    summary = peer_summary(peer_table(portable)).set_index(["scope", "peer"])
    # With portable kernels the engine takes twice the engine's time, JAX two and three times.
    assert summary.loc[("all", "jax"), "to_portable"] == pytest.approx(1.5**0.5, abs=1e-3)
    assert summary.loc[("all", "engine_portable"), "to_portable"] == 1


def test_compilation_is_reported_separately():
    table = compilation_table(TIMINGS).set_index("peer")
    assert table.loc["jax"].to_list() == [5, 9]
    assert table.loc["engine_native"].to_list() == [0, 0]


def test_parts_are_shares_of_their_sum():
    rows = pd.DataFrame(breakdown_rows(TIMINGS[0].case, {"products": 3e-3, "rest": 1e-3}, 1000))
    assert list(rows["share"]) == [0.75, 0.25]
    assert list(rows["us_per_net_update"]) == [3, 1]


def test_scaling_is_relative_to_81_networks_within_rounds():
    rows = scaling.rows({9: [2e-6, 3e-6, 9e-6], 81: [1e-6, 3e-6, 3e-6]}, {9: 50.04, 81: 60})
    assert rows[0] == {
        "networks": 9,
        "us_per_net_update_median": 3,
        "us_per_net_update_min": 2,
        "us_per_net_update_max": 9,
        "relative_to_81": 2,
        "peak_mib": 50.0,
    }
    assert rows[1]["relative_to_81"] == 1
