"""All tables of a study, by the names of their files.

Only for what needs all of them: an edit of any table reruns whatever imports this module. A job
that reads some tables imports their descriptions, or takes them from `schema.load_table`.
"""

from momentum_study.tables.schemas.advice import ADVICE
from momentum_study.tables.schemas.budget import BUDGET
from momentum_study.tables.schemas.cell_curves import CELL_CURVES
from momentum_study.tables.schemas.cells import CELLS
from momentum_study.tables.schemas.claim_cases import CLAIM_CASES
from momentum_study.tables.schemas.claims import CLAIMS
from momentum_study.tables.schemas.contrasts import CONTRASTS
from momentum_study.tables.schemas.cost import COST
from momentum_study.tables.schemas.curves import CURVES
from momentum_study.tables.schemas.datasets import DATASETS
from momentum_study.tables.schemas.initial_sharpness import INITIAL_SHARPNESS
from momentum_study.tables.schemas.landscapes import LANDSCAPES
from momentum_study.tables.schemas.pairs import PAIRS
from momentum_study.tables.schemas.profiles import PROFILES
from momentum_study.tables.schemas.runs import RUNS
from momentum_study.tables.schemas.sensitivity import SENSITIVITY
from momentum_study.tables.schemas.sharpness import SHARPNESS
from momentum_study.tables.schemas.stability import STABILITY
from momentum_study.tables.schemas.step_costs import STEP_COSTS
from momentum_study.tables.schemas.theory import THEORY
from momentum_study.tables.schemas.trajectories import TRAJECTORIES
from momentum_study.tables.schemas.tuned import TUNED
from momentum_study.tables.schemas.validation import VALIDATION

SCHEMAS = {
    table.file: table
    for table in (
        ADVICE,
        BUDGET,
        CELL_CURVES,
        CELLS,
        CLAIM_CASES,
        CLAIMS,
        CONTRASTS,
        COST,
        CURVES,
        DATASETS,
        INITIAL_SHARPNESS,
        LANDSCAPES,
        PAIRS,
        PROFILES,
        RUNS,
        SENSITIVITY,
        SHARPNESS,
        STABILITY,
        STEP_COSTS,
        THEORY,
        TRAJECTORIES,
        TUNED,
        VALIDATION,
    )
}
"""By the name of the file in a study's folder `tables/`."""
