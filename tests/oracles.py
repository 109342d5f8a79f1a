"""What others wrote, that ours is held against. Each is imported when it is first used: together they take six seconds,
in every process that collects tests."""

from __future__ import annotations

import importlib
from typing import Any

FROM = {
    "StratifiedTable": "statsmodels.stats.contingency_tables",
    "SurvfuncRight": "statsmodels.duration.survfunc",
    "cohen_kappa_score": "sklearn.metrics",
    "mean_absolute_error": "sklearn.metrics",
    "cohens_kappa": "statsmodels.stats.inter_rater",
    "multipletests": "statsmodels.stats.multitest",
    "proportion_confint": "statsmodels.stats.proportion",
    "special": "scipy",
    "stats": "scipy",
}


def __getattr__(name: str) -> Any:
    if name not in FROM:
        raise AttributeError(name)
    return getattr(importlib.import_module(FROM[name]), name)
