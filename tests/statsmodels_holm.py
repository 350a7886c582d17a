"""Holm's correction by statsmodels, the oracle of ours."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from unittest.mock import patch

import numpy as np
from statsmodels.stats.multitest import multipletests


def holm_of_statsmodels(p_values: Sequence[float], rate: float = 0.05) -> tuple[list[bool], list[float]]:
    """Which of [n] figures are significant at ``rate`` together, and their corrected p values."""
    # it collects garbage at every call, which takes a second in a process that holds all tests
    with patch.object(gc, "collect"):
        significant, corrected, *_ = multipletests(np.asarray(p_values), alpha=rate, method="holm")
    return significant.tolist(), corrected.tolist()
