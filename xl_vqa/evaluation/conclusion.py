"""The evaluation in a few sentences: every word of them follows from a figure, its interval or a verdict."""

from __future__ import annotations

from typing import Any, Final

from xl_vqa.evaluation.evaluate import CONSTANT
from xl_vqa.evaluation.report_texts import heading
from xl_vqa.evaluation.result import Evaluation
from xl_vqa.evaluation.texts import number_text, word
from xl_vqa.words.figures import as_percent, rounded

_VERDICTS: Final = {True: "better", False: "worse", None: "open"}


def conclusion(evaluation: Evaluation, language: str) -> str:
    """One short paragraph: the order, the values, the baselines, and people among themselves."""
    said = _Conclusion(evaluation, language)
    parts = [said.order(), said.values(), *said.baselines(), said.people()]
    return ("" if language == "ja" else " ").join(part for part in parts if part)


class _Conclusion:
    def __init__(self, evaluation: Evaluation, language: str) -> None:
        self.e, self.language = evaluation, language

    def say(self, key: str, **params: Any) -> str:
        return heading(f"conclusion_{key}", self.language, **params)

    def order(self) -> str:
        figure = self.e.figures["srcc"]
        params: dict[str, Any] = {"n": self.e.facts.n, "name": self.e.name}
        if figure.value is None:
            return self.say("order_none", reason=word(figure.reason or "not_finite", self.language), **params)
        params["value"] = number_text("srcc", figure.value)
        if figure.low is None or figure.high is None:
            return self.say("order_bare", **params)
        key = "order" if figure.low > 0 else "order_reversed" if figure.high < 0 else "order_chance"
        low, high = number_text("srcc", figure.low), number_text("srcc", figure.high)
        return self.say(key, low=low, high=high, **params)

    def values(self) -> str:
        if not self.e.mos_units:
            return self.say("own_units")
        error, bias, bands = (self.e.figures[key] for key in ("mae", "bias", "band_accuracy"))
        if error.value is None or bias.value is None or bands.value is None:
            return ""
        params = {
            "error": rounded(error.value, 2),
            "bands": as_percent(bands.value),
            "bias": rounded(abs(bias.value), 2),
        }
        if bias.low is None or bias.high is None or bias.low <= 0 <= bias.high:
            return self.say("values_no_bias", **params)
        return self.say("values_high" if bias.value > 0 else "values_low", **params)

    def baselines(self) -> list[str]:
        """Who is better in the order; a constant, which has none, in RMSE."""
        named: dict[str, list[str]] = {"better": [], "worse": [], "open": []}
        constant = ""
        for one in self.e.comparisons:
            verdict = _VERDICTS[one.better]
            if one.baseline == CONSTANT:
                if one.statistic == "rmse" and one.p is not None:
                    constant = self.say(f"constant_{verdict}")
            elif one.statistic == "srcc" and one.p is not None:
                named[verdict].append(one.baseline)
        between = "、" if self.language == "ja" else ", "
        return [self.say(key, names=between.join(names)) for key, names in named.items() if names] + [constant]

    def people(self) -> str:
        ceiling = self.e.ceiling
        if ceiling is None or ceiling.rater_srcc.value is None or ceiling.model_srcc.value is None:
            return ""
        ours, theirs = (number_text("srcc", one.value) for one in (ceiling.model_srcc, ceiling.rater_srcc))  # type: ignore[arg-type]
        return self.say("people", model=ours, rater=theirs)
