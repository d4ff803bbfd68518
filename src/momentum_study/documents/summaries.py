"""Summaries of tables with rounded numbers, for pages and the paper."""

from collections.abc import Callable
from functools import partial

import pandas as pd

from momentum_study.core.text import effect_text, estimate_text, rounded

EFFECT = ["unit", "effect", "low", "high"]


def with_interval(table: pd.DataFrame, name: str, form: Callable[[float], str]) -> pd.Series:
    """Write a column with its interval, ``<name>_low`` and ``<name>_high``: ``0.5 [0.4, 0.6]``."""
    numbers = table[[name, f"{name}_low", f"{name}_high"]].to_numpy("float64")
    texts = [estimate_text(value, low, high, form) for value, low, high in numbers]
    return pd.Series(texts, index=table.index, dtype="str")


def _texts(numbers: pd.Series, form: Callable[[float], str]) -> pd.Series:
    """Write numbers, infinity as ∞; missing ones stay missing."""
    return numbers.map(lambda number: form(number).replace("inf", "∞"), na_action="ignore")


def theory_summary(theory: pd.DataFrame) -> pd.DataFrame:
    """Number of rows, rows that hold and largest error of each quantity."""
    error = theory["error"].abs()
    share = (error / theory["tolerance"]).where(theory["tolerance"] > 0)
    by_quantity = theory.assign(error=error, share=share).groupby("quantity", sort=False)
    return pd.DataFrame(
        {
            "rules": by_quantity["form"].agg(lambda forms: ", ".join(dict.fromkeys(forms))),
            "rows": by_quantity.size(),
            "hold": by_quantity["holds"].sum(),
            "largest error": _texts(by_quantity["error"].max(), "{:.1e}".format),
            "largest share of a tolerance": _texts(by_quantity["share"].max(), "{:.2g}".format),
        }
    ).reset_index()


def exits_summary(landscapes: pd.DataFrame) -> pd.DataFrame:
    """Median updates to leave a saddle, and shares that cross a barrier, by comparison and rule."""
    chosen = landscapes[landscapes["landscape"].str.contains("saddle|well")]
    times = with_interval(chosen, "median_steps", "{:.0f}".format)
    shares = with_interval(chosen, "share", "{:.0%}".format)
    reached = times.where(chosen["height"].isna(), shares)
    names = chosen["landscape"].str.replace("_", " ")
    heights = chosen["height"].map(", height {:g}".format).where(chosen["height"].notna(), "")
    table = pd.DataFrame(
        {
            "landscape": names + heights,
            "comparison": chosen["comparison"].str.replace("_", " "),
            "rule": chosen["rule"],
            "reached": reached,
        }
    )
    wide = table[table["comparison"] != "tuned"].pivot_table(
        index=["landscape", "comparison"], columns="rule", values="reached", aggfunc="first"
    )
    return wide.reset_index()


def stability_summary(stability: pd.DataFrame) -> pd.DataFrame:
    """How well the stability line predicts divergence, a row per data set and batch size."""
    diverged = stability[stability["outcome"] == "diverged"]
    return pd.DataFrame(
        {
            "data set": diverged["dataset"],
            "batch": diverged["batch"],
            "λ_max": _texts(diverged["lambda_max"], "{:.1f}".format),
            "runs": diverged["n_runs"],
            "diverged": diverged["n_bad"],
            "beyond the line": diverged["n_beyond"],
            "both": diverged["n_both"],
            "predicted": with_interval(diverged, "accuracy", "{:.1%}".format),
            "best shift": _texts(diverged["shift"], partial(rounded, digits=2)),
            "predicted, shifted": _texts(diverged["accuracy_shifted"], "{:.1%}".format),
        }
    )


def validation_summary(validation: pd.DataFrame) -> pd.DataFrame:
    """Number of exact rows, rows that hold and largest difference of each source."""
    exact = validation[validation["kind"] == "exact"]
    by_source = exact.assign(difference=exact["difference"].abs()).groupby("source", sort=False)
    return pd.DataFrame(
        {
            "rows": by_source.size(),
            "hold": by_source["holds"].sum(),
            "largest difference": _texts(by_source["difference"].max(), "{:.1e}".format),
        }
    ).reset_index()


def findings_summary(validation: pd.DataFrame) -> pd.DataFrame:
    """Findings of the literature, with our estimate, its interval and the test."""
    findings = validation[validation["kind"] == "finding"]
    return pd.DataFrame(
        {
            "source": findings["source"],
            "quantity": findings["quantity"],
            "ours": with_interval(
                findings.rename(columns={"low": "ours_low", "high": "ours_high"}),
                "ours",
                "{:.2g}".format,
            ),
            "holds": findings["holds"].map({True: "yes", False: "no"}),
            "test": findings["test"],
        }
    )


def claims_summary(claims: pd.DataFrame) -> pd.DataFrame:
    """Verdict, effect of the headline, outcomes of the cases and condition, a row per claim."""
    tallies = claims[["n_for", "n_against", "n_no_difference", "n_undecided"]].astype(str)
    return pd.DataFrame(
        {
            "claim": claims["claim"] + ": " + claims["words"],
            "verdict": claims["verdict"].str.replace("_", " ").map("**{}**".format),
            "effect": [effect_text(*row) for row in claims[EFFECT].itertuples(index=False)],
            "headline": claims["headline"],
            "cases": tallies.agg(" / ".join, axis="columns"),
            "condition": claims["condition"],
        }
    )


def verdicts_summary(claims: pd.DataFrame) -> pd.DataFrame:
    """Claims and their verdicts."""
    return pd.DataFrame(
        {
            "claim of the tutorial": claims["words"],
            "verdict": claims["verdict"].str.replace("_", " "),
            "condition": claims["condition"],
        }
    )
