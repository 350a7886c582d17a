"""The figures of one set of videos: what is printed for the whole, for each slice and for each baseline."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from xl_vqa.evaluation import metrics, resampling
from xl_vqa.evaluation.agreement import lin_concordance, quadratic_kappa
from xl_vqa.evaluation.figure import Figure, FloatArray, IntArray
from xl_vqa.evaluation.resampling import Statistic

HIGHER_IS_BETTER: Final = {
    "srcc": True,
    "krcc": True,
    "plcc": True,
    "plcc_mapped": True,
    "rmse": False,
    "rmse_mapped": False,
    "mae": False,
    "outlier_ratio": False,
    "outlier_ratio_mapped": False,
    "rmse_star": False,
    "rmse_star_mapped": False,
    "ccc": True,
    "kappa_labels": True,
    "kappa_bands": True,
}
"""Every figure that ranks raters, in the order of the tables; ``bias`` has a best value in the middle."""

COMPARED: Final = ("srcc", "krcc", "plcc", "plcc_mapped", "rmse", "rmse_mapped", "mae")
"""What is tested against each baseline."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """Predictions and people's scores of the same videos; every array has shape (n,).

    ``mapped`` is None where there is no mapping that says anything, with ``mapping_reason``. ``ci95`` has NaN
    where a video has none. Labels are integers of the scale, bands 1..5. ``mos_units`` is False for a
    baseline on another scale (VMAF): it has an order and a mapping, but no error of its own in MOS.
    """

    prediction: FloatArray
    mos: FloatArray
    mapped: FloatArray | None
    ci95: FloatArray
    model_labels: IntArray
    human_labels: IntArray
    model_bands: IntArray
    human_bands: IntArray
    mapping_reason: str = "mapping_constant"
    mos_units: bool = True

    def __len__(self) -> int:
        return len(self.mos)

    def take(self, kept: NDArray[np.bool_]) -> Pairs:
        """The videos where ``kept`` holds, shape (n,)."""
        arrays: dict[str, Any] = {
            field.name: value[kept]
            for field in dataclasses.fields(self)
            if isinstance(value := getattr(self, field.name), np.ndarray)
        }
        return dataclasses.replace(self, **arrays)

    def figures(self) -> dict[str, Figure]:
        """Every figure without its interval, in the order of the tables."""
        p, mos = self.prediction, self.mos
        found = {"srcc": metrics.srcc(p, mos), "krcc": metrics.krcc(p, mos), "plcc": metrics.plcc(p, mos)}
        found["plcc_mapped"] = self._mapped(metrics.plcc)
        found["rmse"] = metrics.rmse(p, mos)
        found["rmse_mapped"] = self._mapped(metrics.rmse)
        found["mae"] = metrics.mae(p, mos)
        found["bias"] = metrics.bias(p, mos)
        found["outlier_ratio"] = metrics.outlier_ratio(p, mos, self.ci95)
        found["outlier_ratio_mapped"] = self._mapped(lambda a, b: metrics.outlier_ratio(a, b, self.ci95))
        found["rmse_star"] = metrics.rmse_star(p, mos, self.ci95)
        found["rmse_star_mapped"] = self._mapped(lambda a, b: metrics.rmse_star(a, b, self.ci95))
        found["ccc"] = lin_concordance(p, mos)
        found["kappa_labels"] = quadratic_kappa(_floats(self.model_labels), _floats(self.human_labels))
        found["kappa_bands"] = quadratic_kappa(_floats(self.model_bands), _floats(self.human_bands))
        if not self.mos_units:
            found |= {name: Figure.missing("not_mos_units", len(self)) for name in _IN_MOS}
        return found

    def _mapped(self, metric: metrics.Metric) -> Figure:
        if self.mapped is None:
            return Figure.missing(self.mapping_reason, len(self))
        return metric(self.mapped, self.mos)

    def statistics(self) -> dict[str, Statistic]:
        """The bootstrap's twin of every figure; only those with a value may be asked for."""
        p, mos = self.prediction, self.mos
        found = {
            "srcc": resampling.spearman_of(p, mos),
            "krcc": resampling.kendall_of(p, mos),
            "plcc": resampling.pearson_of(p, mos),
            "rmse": resampling.root_mean_of((p - mos) ** 2),
            "mae": resampling.mean_of(np.abs(p - mos)),
            "bias": resampling.mean_of(p - mos),
            "ccc": resampling.concordance_of(p, mos),
            "kappa_labels": resampling.concordance_of(_floats(self.model_labels), _floats(self.human_labels)),
            "kappa_bands": resampling.concordance_of(_floats(self.model_bands), _floats(self.human_bands)),
        }
        self._beyond_ci(found, p, "")
        if self.mapped is not None:
            found["plcc_mapped"] = resampling.pearson_of(self.mapped, mos)
            found["rmse_mapped"] = resampling.root_mean_of((self.mapped - mos) ** 2)
            self._beyond_ci(found, self.mapped, "_mapped")
        return found

    def _beyond_ci(self, found: dict[str, Statistic], prediction: FloatArray, suffix: str) -> None:
        known = self.ci95 > 0
        error, ci = np.abs(prediction - self.mos)[known], self.ci95[known]
        found[f"outlier_ratio{suffix}"] = resampling.among(
            known, resampling.mean_of((error > ci).astype(np.float64))
        )
        found[f"rmse_star{suffix}"] = resampling.among(
            known, resampling.root_mean_of(np.maximum(error - ci, 0.0) ** 2)
        )


_IN_MOS: Final = ("rmse", "mae", "bias", "outlier_ratio", "rmse_star", "ccc", "kappa_labels", "kappa_bands")


def _floats(values: IntArray) -> FloatArray:
    return values.astype(np.float64)
