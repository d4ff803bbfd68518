"""The kinds of figures: what each one shows, which tables it reads, its alternative text.

This module imports nothing of the project, and no command imports it. The workflow passes the texts
of a figure as flags, so that a change of a text redraws its group only.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class FigureKind:
    """One module of this package.

    Attributes
    ----------
    title
        Short description.
    tables
        The tables it reads.
    per
        Whether there is one for the study, for each grid, or for each batch size of a grid.
    of
        Which grids: those that compare momentum with plain gradient descent, or those that record
        sharpness.
    see
        What to look for, independent of the data.
    alt
        Alternative text.
    group
        Figures of one group wait for the same tables and are drawn by the same jobs.
    """

    title: str
    tables: tuple[str, ...]
    per: Literal["study", "grid", "batch"]
    see: str
    alt: str
    of: Literal["compared", "followed"] = "compared"
    group: Literal["grids", "theory", "comparisons", "claims"] = "grids"


KINDS = {
    "maps": FigureKind(
        title="α×β maps",
        tables=("cells.parquet", "runs.parquet", "initial_sharpness.csv", "stability.csv"),
        per="batch",
        see="whether the best cells have the same α for every β, and whether runs diverge beyond "
        "the stability line.",
        alt="Maps of the final training loss over learning rate and momentum coefficient, one for "
        "each data set, with diverged cells hatched and the stability line drawn on top.",
    ),
    "axes": FigureKind(
        title="The same runs over α, over η and over αλₘₐₓ",
        tables=("cells.parquet", "runs.parquet", "initial_sharpness.csv"),
        per="batch",
        see="whether the winner depends on the axis.",
        alt="Lines of the final training loss over the learning rate, for each momentum "
        "coefficient and for plain gradient descent; the same runs three times, over α, over η and "
        "over αλₘₐₓ, for each data set.",
    ),
    "learning_curves": FigureKind(
        title="Learning curves",
        tables=("cells.parquet", "runs.parquet", "cell_curves.parquet"),
        per="batch",
        see="whether momentum is slower at the same α, faster at the same η, and faster when both "
        "rules are tuned.",
        alt="Training loss over updates of momentum and of plain gradient descent for each data "
        "set: at the same α, at the same η, and each tuned, with the quartiles of the replicates "
        "shaded.",
    ),
    "isolation": FigureKind(
        title="Loss over α for each β",
        tables=("cells.parquet", "runs.parquet"),
        per="grid",
        see="whether β moves the best α, and whether that changes with the batch size.",
        alt="Lines of the final training loss over the learning rate α with intervals, for each "
        "momentum coefficient and for plain gradient descent: a panel for each data set and batch "
        "size.",
    ),
    "edge_of_stability": FigureKind(
        title="Edge of stability",
        tables=("sharpness.csv",),
        per="grid",
        of="followed",
        see="whether growing sharpness stops at the limit of the rule, and whether a run that "
        "starts above the limit falls below it.",
        alt="The largest eigenvalue of the Hessian over updates, a line for each run, with the "
        "limits at which plain gradient descent and momentum become unstable.",
    ),
    "quadratic_rates": FigureKind(
        title="Rates on quadratics",
        tables=("theory.csv",),
        per="study",
        group="theory",
        see="whether the marks are on the lines, and above which κ momentum at a fixed β is "
        "faster.",
        alt="Updates per factor of ten of the error, and speed-up over plain gradient descent, "
        "against the condition number of a quadratic, from theory and as measured.",
    ),
    "stability_plane": FigureKind(
        title="Stability on quadratics",
        tables=("theory.csv",),
        per="study",
        group="theory",
        see="whether the marks agree with the regions behind them.",
        alt="Regions of learning rate times curvature and momentum coefficient in which momentum, "
        "heavy ball and Nesterov’s rule are monotone, oscillate, alternate or diverge.",
    ),
    "noise_floor": FigureKind(
        title="Noise floor and jitter",
        tables=("theory.csv",),
        per="study",
        group="theory",
        see="whether a larger β lowers the floor, or only the jitter.",
        alt="Variance of the weights, and variance of one update, against the momentum coefficient "
        "at several learning rates: closed forms as lines, measurements as marks.",
    ),
    "lag": FigureKind(
        title="Lag behind plain gradient descent",
        tables=("theory.csv",),
        per="study",
        group="theory",
        see="whether the lag approaches β/(1−β), and whether bias correction removes it.",
        alt="Number of updates by which momentum is behind plain gradient descent, over β/(1−β) "
        "and over the number of updates, with and without bias correction.",
    ),
    "trajectories": FigureKind(
        title="Paths on landscapes",
        tables=("landscapes.csv", "trajectories.csv"),
        per="study",
        group="theory",
        see="whether momentum is smooth where plain gradient descent zigzags, whether it "
        "overshoots or crosses a barrier, and whether these differences remain when each rule is "
        "tuned.",
        alt="Paths of plain gradient descent, momentum and Nesterov’s rule over the contours of "
        "seven functions of two variables, at the same α, at the same η, and each tuned.",
    ),
    "exit_times": FigureKind(
        title="Exit times",
        tables=("landscapes.csv",),
        per="study",
        group="theory",
        see="whether the rule that leaves first changes with the rate that is held fixed.",
        alt="Updates until runs leave saddles and wells, and shares of runs that cross a barrier, "
        "over its height, for each rule at the same α, at the same η, and each tuned.",
    ),
    "speed_up": FigureKind(
        title="Tuned speed-up",
        tables=("contrasts.csv",),
        per="study",
        group="comparisons",
        see="which β has the largest speed-up, and how much smaller it is with the noise of small "
        "batches.",
        alt="Speed-up of momentum over plain gradient descent in reaching a target, each at its "
        "best learning rate, over the momentum coefficient, for each data set and batch size.",
    ),
    "condition": FigureKind(
        title="Speed-up over the condition number",
        tables=("contrasts.csv", "theory.csv", "datasets.csv"),
        per="study",
        group="comparisons",
        see="whether the points rise with κ like the lines, and how much lower they are with the "
        "noise of small batches.",
        alt="Speed-up of tuned momentum over tuned plain gradient descent against the condition "
        "number: networks as points with intervals, quadratics as lines.",
    ),
    "best_of_k": FigureKind(
        title="Best of k trials",
        tables=("budget.csv",),
        per="study",
        group="comparisons",
        see="after how many trials the thick line is the lowest.",
        alt="Expected test loss of the best of k random trials over k, for each rule, data set and "
        "batch size; marks show from which k on a rule is better than plain gradient descent.",
    ),
    "performance": FigureKind(
        title="Performance profiles",
        tables=("profiles.csv",),
        per="study",
        group="comparisons",
        see="which line is highest at the left (most often best), and which at the right (rarely "
        "far from the best).",
        alt="Share of problems on which the cost of a tuned rule is within a ratio of the smallest "
        "of all rules, over that ratio.",
    ),
    "intervention": FigureKind(
        title="Changes during training",
        tables=("advice.csv",),
        per="study",
        group="comparisons",
        see="whether the advised change (bold frame) helps, and whether a change of α helps more.",
        alt="Training loss without a change over training loss with it, when β or α is raised or "
        "lowered during training: for runs that were slow, that oscillated, and others, by data "
        "set and batch size.",
    ),
    "verdicts": FigureKind(
        title="Verdicts on the claims",
        tables=("claims.csv", "claim_cases.csv"),
        per="study",
        group="claims",
        see="how far the cases of a claim agree with each other and with its headline.",
        alt="Every claim with its verdict, and the effects and intervals of its cases.",
    ),
}
"""By the name of the module."""


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
    def description(self) -> dict[str, str | None]:
        """What the command ``figures`` needs to draw it."""
        texts = {"alt": self.alt, "see": KINDS[self.kind].see}
        return {"path": self.path, **vars(self), **texts}

    @property
    def alt(self) -> str:
        """Alternative text."""
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
