"""The configuration of a study."""

from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from momentum_study.config.grids import Grid
from momentum_study.config.networks import Network
from momentum_study.config.verdicts import Verdicts
from momentum_study.core.errors import StudyError
from momentum_study.core.fields import Distinct, Draws, Fraction, Model, PositiveInt, workflow_path
from momentum_study.core.kernels import Kernels
from momentum_study.core.text import plain, suggest
from momentum_study.datasets.recipe import Recipe
from momentum_study.engine.losses import LOSSES
from momentum_study.engine.rule_files import load_rules

MOST_SWEEPS = 100_000
"""At almost a second each, they take a day on one core."""

MOST_RUNS = 100_000_000
"""Limit for tables in memory."""

Resamples = Annotated[int, Field(gt=0, le=100_000)]


class Statistics(Model):
    """Settings of intervals."""

    confidence: Fraction = Field(default=0.95, description="Level of every interval.")
    resamples: Resamples = Field(default=1000, description="Bootstrap resamples.")


class Theory(Model):
    """Comparison of update rules with closed forms on quadratics."""

    draws: Draws = Field(
        default=20_000, description="Independent chains behind each simulated variance."
    )


class Landscapes(Model):
    """Update rules on two-dimensional landscapes."""

    draws: Draws = Field(
        default=1000, description="Draws of the noise behind each distribution of exit times."
    )
    resamples: Resamples = Field(default=400, description="Bootstrap resamples of their medians.")


class Validation(Model):
    """Comparison of the code with published numbers."""

    epochs: Annotated[int, Field(gt=0, le=1_000_000)] = Field(
        default=10_000,
        description="Maximum number of epochs: on two moons, with published costs every 1000 "
        "epochs up to 9000, and for scikit-learn, with at most 400.",
    )


class Study(Model):
    """A study."""

    study: str = Field(description="Name of the study: results are written to `results/<study>/`.")
    description: str = Field(default="", description="One sentence about the study.")
    seed: Annotated[int, Field(ge=0, lt=2**63)] = Field(description="Seed of all random numbers.")
    # Before the grids, which use the rules of these files.
    rule_files: Distinct[str] = Field(
        default=[],
        validate_default=True,  # removes the rules of a study read earlier
        description="Python files with custom update rules; reading the configuration executes "
        "them.",
    )
    datasets: dict[str, Recipe] = Field(min_length=1, description="Data sets by name.")
    networks: dict[str, Network] = Field(min_length=1, description="Networks by name.")
    grids: dict[str, Grid] = Field(min_length=1, description="Grids by name.")
    targets: Distinct[Fraction] = Field(
        default=[0.5, 0.2, 0.1],
        min_length=1,
        description="Training losses whose first crossing is recorded, relative to the loss of the "
        "best constant prediction.",
    )
    loss_limit: Annotated[float, Field(gt=1, le=1e12, allow_inf_nan=False)] = Field(
        default=1000.0,
        description="A run has diverged if its training loss exceeds this multiple of the initial "
        "one, or is not finite.",
    )
    replicates_per_shard: PositiveInt = Field(
        default=10, description="Largest number of replicates trained in one job."
    )
    kernels: Kernels = Field(
        default="portable",
        description="Code of NumPy and OpenBLAS that trains: `portable` gives the same bytes on "
        "every x86-64 processor with AVX2; `native` is faster on newer processors, and its bytes "
        "depend on the processor.",
    )
    statistics: Statistics = Field(default=Statistics(), description="Intervals.")
    verdicts: Verdicts = Field(default=Verdicts(), description="Comparisons and claims.")
    theory: Theory = Field(default=Theory(), description="Update rules on quadratics.")
    landscapes: Landscapes = Field(default=Landscapes(), description="Settings of the landscapes.")
    validation: Validation = Field(default=Validation(), description="Published numbers.")

    @field_validator("study")
    @classmethod
    def _plain_study(cls, name: str) -> str:
        if name in ("published", "comparisons", "redrawn", "benchmarks"):
            raise ValueError(f"results/{name}/ has another purpose; choose another name")
        return plain(name)

    @field_validator("rule_files")
    @classmethod
    def _with_rules(cls, paths: list[str]) -> list[str]:
        for path in paths:
            workflow_path(path)
        try:
            load_rules(paths)
        except OSError as error:  # for example a name that is too long
            raise ValueError(f"{error.filename}: {error.strerror}") from None
        except StudyError as error:
            raise ValueError(str(error)) from None
        return paths

    @field_validator("datasets", "networks", "grids")
    @classmethod
    def _plain_keys(cls, entries: dict[str, Any]) -> dict[str, Any]:
        for name in entries:
            plain(name)
        return entries

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for grid_name, grid in self.grids.items():
            for kind, known in (("datasets", self.datasets), ("networks", self.networks)):
                for index, name in enumerate(getattr(grid, kind)):
                    if name not in known:
                        raise ValueError(
                            f"grids.{grid_name}.{kind}[{index}]: {name!r} is not defined under "
                            f"{kind}; {suggest(name, known)}"
                        )
            for name in grid.datasets:
                task = self.datasets[name].task
                if grid.loss and LOSSES[grid.loss].task != task:
                    raise ValueError(
                        f"grids.{grid_name}.loss: {grid.loss} is a loss for "
                        f"{LOSSES[grid.loss].task}, and dataset {name} is a {task}; remove loss "
                        "or split the grid"
                    )
        return self

    @model_validator(mode="after")
    def _can_be_run(self) -> Self:
        """Refuse studies that are too large, before anything lists their runs."""
        counts = [grid.counts(self.replicates_per_shard) for grid in self.grids.values()]
        for what, most, advice, amounts in (
            ("sweeps", MOST_SWEEPS, "raise replicates_per_shard, or ", [one for one, _ in counts]),
            ("runs", MOST_RUNS, "", [runs for _, runs in counts]),
        ):
            if sum(amounts) > most:
                largest = list(self.grids)[amounts.index(max(amounts))]
                raise ValueError(
                    f"grids: they have {sum(amounts):,} {what}, most of them in {largest}; "
                    f"expected at most {most:,}: {advice}split the study"
                )
        return self
