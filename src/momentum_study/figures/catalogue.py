"""The kinds of figures: what each one shows, which tables it reads, its alternative text.

It imports nothing of the project: the text of a figure is a source of that figure alone.
"""

import shlex
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FigureKind:
    """One module of this package.

    Attributes
    ----------
    title
        What it shows, in a few words.
    tables
        The tables it reads.
    per
        What there is one such figure for: the study, each grid, each batch size of a grid.
    of
        Of which grids: those that compare momentum with descent, or those that follow sharpness.
    see
        What to look for, whatever the data say.
    alt
        What stands for the figure where it cannot be seen.
    """

    title: str
    tables: tuple[str, ...]
    per: Literal["study", "grid", "batch"]
    see: str
    alt: str
    of: Literal["compared", "followed"] = "compared"


KINDS = {
    "maps": FigureKind(
        title="α×β maps",
        tables=("cells.parquet", "runs.parquet", "initial_sharpness.csv", "stability.csv"),
        per="batch",
        see="whether the best cells lie at one α whatever β is, and whether runs diverge where the "
        "line of stability says.",
        alt="Maps of the final training loss over learning rate and momentum coefficient, one for "
        "each data set, with diverged cells hatched and the line of stability drawn on top.",
    ),
    "axes": FigureKind(
        title="The same runs over α, over η and over αλₘₐₓ",
        tables=("cells.parquet", "runs.parquet", "initial_sharpness.csv"),
        per="batch",
        see="whether the winner depends on the axis.",
        alt="Lines of the final training loss over the learning rate, for each momentum "
        "coefficient and for plain descent; the same runs three times, over α, over η and over "
        "αλₘₐₓ, one column for each data set.",
    ),
    "learning_curves": FigureKind(
        title="Learning curves",
        tables=("cells.parquet", "runs.parquet", "cell_curves.parquet"),
        per="batch",
        see="whether momentum trails at the same α, leads at the same η, and gains anything once "
        "each is tuned.",
        alt="Training loss over updates of momentum and of plain descent for each data set: at the "
        "same α, at the same η, and each tuned, with the quartiles of the replicates shaded.",
    ),
    "isolation": FigureKind(
        title="Loss over α for each β",
        tables=("cells.parquet", "runs.parquet"),
        per="grid",
        see="whether β moves the best α, and whether that changes with the batch size.",
        alt="Lines of the final training loss over the learning rate α with intervals, for each "
        "momentum coefficient and for plain descent: a panel for each data set and batch size.",
    ),
    "edge_of_stability": FigureKind(
        title="Edge of stability",
        tables=("sharpness.csv",),
        per="grid",
        of="followed",
        see="whether sharpness that grows stops at the rule’s own limit, and whether a run that "
        "starts above it comes down.",
        alt="The largest eigenvalue of the Hessian over updates, a line for each run, with the "
        "limits at which plain descent and momentum become unstable.",
    ),
    "quadratic_rates": FigureKind(
        title="Rates on quadratics",
        tables=("theory.csv",),
        per="study",
        see="whether the marks lie on the lines, and from which κ on momentum at a fixed β gains.",
        alt="Updates per factor of ten of the error, and speed-up over plain descent, against the "
        "condition number of a quadratic, from theory and as measured.",
    ),
    "stability_plane": FigureKind(
        title="Stability on quadratics",
        tables=("theory.csv",),
        per="study",
        see="whether the marks agree with the regions they lie on.",
        alt="Regions of learning rate times curvature and momentum coefficient in which momentum, "
        "heavy ball and Nesterov’s rule are monotone, oscillate, alternate or diverge.",
    ),
    "noise_floor": FigureKind(
        title="Noise floor and jitter",
        tables=("theory.csv",),
        per="study",
        see="whether a larger β lowers the floor, or the jitter alone.",
        alt="Variance of the weights, and variance of one update, against the momentum coefficient "
        "at several learning rates: closed forms as lines, measurements as marks.",
    ),
    "lag": FigureKind(
        title="Lag behind plain descent",
        tables=("theory.csv",),
        per="study",
        see="whether the lag ends at β/(1−β), and whether bias correction removes it.",
        alt="By how many updates momentum trails plain descent, over β/(1−β) and over the number "
        "of updates, with and without bias correction.",
    ),
    "trajectories": FigureKind(
        title="Paths on landscapes",
        tables=("landscapes.csv", "trajectories.csv"),
        per="study",
        see="whether momentum goes smoothly where descent zigzags, overshoots, or is carried over "
        "a barrier, and which of it remains once each is tuned.",
        alt="Paths of plain descent, momentum and Nesterov’s rule over the contours of seven "
        "functions of two variables, at the same α, at the same η, and each tuned.",
    ),
    "exit_times": FigureKind(
        title="Exit times",
        tables=("landscapes.csv",),
        per="study",
        see="whether momentum leaves sooner or later than descent depends on the rate held fixed.",
        alt="Updates until saddles and wells are left, and shares of runs that cross a barrier, "
        "over its height, for each rule at the same α, at the same η, and each tuned.",
    ),
    "speed_up": FigureKind(
        title="Tuned speed-up",
        tables=("contrasts.csv",),
        per="study",
        see="which β gains most, and how much of it the noise of small batches takes away.",
        alt="How many times as fast as plain descent momentum reaches a target, each at its best "
        "learning rate, over the momentum coefficient, for each data set and batch size.",
    ),
    "condition": FigureKind(
        title="Speed-up over the condition number",
        tables=("contrasts.csv", "theory.csv", "datasets.csv"),
        per="study",
        see="whether points rise with κ as the lines do, and how much of that the noise of small "
        "batches takes away.",
        alt="Speed-up of tuned momentum over tuned plain descent against the condition number: "
        "networks as points with intervals, quadratics as lines.",
    ),
    "best_of_k": FigureKind(
        title="Best of k trials",
        tables=("budget.csv",),
        per="study",
        see="how many trials it takes until the thick line is the lowest.",
        alt="Expected test loss of the best of k random trials over k, for each rule, data set and "
        "batch size; marks say from which k on a rule gains over plain descent.",
    ),
    "performance": FigureKind(
        title="Performance profiles",
        tables=("profiles.csv",),
        per="study",
        see="which line is highest at the left (most often best), and which at the right (most "
        "seldom far off).",
        alt="Share of problems on which the cost of a tuned rule is within a ratio of the smallest "
        "of all rules, over that ratio.",
    ),
    "intervention": FigureKind(
        title="Changes in mid-run",
        tables=("advice.csv",),
        per="study",
        see="whether the advised change (bold frame) helps, and whether a change of α does more.",
        alt="Training loss unchanged over changed, when β or α is raised or lowered in mid-run: "
        "for runs that were slow, that oscillated, and others, by data set and batch size.",
    ),
    "verdicts": FigureKind(
        title="Verdicts on the claims",
        tables=("claims.csv", "claim_cases.csv"),
        per="study",
        see="how far the cases of a claim agree with each other and with its headline.",
        alt="Every claim with its verdict, and the effects and intervals of the cases that it "
        "rests on.",
    ),
}
"""By the name of the module."""


def what_to_see(kind: str) -> str:
    """Return the last of a figure's notes: what to look for."""
    return f"See: {KINDS[kind].see}"


@dataclass(frozen=True)
class FigureJob:
    """One figure to draw: a kind and, where it matters, a grid and a batch size."""

    kind: str
    grid: str | None = None
    batch: str | None = None

    @property
    def path(self) -> str:
        """Path below `figures/`, without suffix."""
        name = f"{self.kind}_batch{self.batch}" if self.batch else self.kind
        return f"{self.grid}/{name}" if self.grid else name

    @property
    def flags(self) -> str:
        """Flags of the command ``figure``."""
        words = ["--kind", self.kind]
        words += ["--grid", self.grid] if self.grid else []
        words += ["--batch", self.batch] if self.batch else []
        return shlex.join(words)

    @property
    def alt(self) -> str:
        """What stands for the figure where it cannot be seen."""
        alt = KINDS[self.kind].alt
        grid = f" Grid: {self.grid}." if self.grid else ""
        batch = f" Batch size: {self.batch}." if self.batch else ""
        return alt + grid + batch

    @property
    def labels(self) -> dict[str, str]:
        """Labels in Snakemake's report."""
        return {
            "figure": KINDS[self.kind].title,
            "grid": self.grid or "none",
            "batch": self.batch or "all",
        }
