"""What is wrong with scales, bands and distributions, inside their errors' sentences. Standard library only."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "no_such_band": {
        "en": "no band is called {band}",
        "ja": "{band} という区分はありません",
    },
    "scale_rounding": {
        "en": "rounding must be one of {known}, not {value}",
        "ja": "rounding は {known} のいずれかを指定してください(指定値: {value})",
    },
    "scale_not_finite": {
        "en": "{name} must be a finite number, not {value}",
        "ja": "{name} は有限の数値にしてください(指定値: {value})",
    },
    "scale_not_whole": {
        "en": "{name} must be a whole number of 0 or more, not {value}",
        "ja": "{name} は 0 以上の整数にしてください(指定値: {value})",
    },
    "scale_mos_order": {
        "en": "mos_min ({low}) must be below mos_max ({high})",
        "ja": "mos_min({low})は mos_max({high})より小さくしてください",
    },
    "scale_label_order": {
        "en": "label_min ({low}) must be below label_max ({high})",
        "ja": "label_min({low})は label_max({high})より小さくしてください",
    },
    "scale_digits": {
        "en": "label_max ({value}) must have at most four digits",
        "ja": "label_max({value})は 4 桁以内にしてください",
    },
    "label_outside": {
        "en": "label {label} is outside {low}..{high}",
        "ja": "ラベル {label} は {low}~{high} の範囲外です",
    },
    "mos_no_number": {
        "en": "a MOS must be a number, not {mos}",
        "ja": "MOS は数値で指定してください(指定値: {mos})",
    },
    "mos_outside": {
        "en": "MOS {mos} is outside {low}..{high}",
        "ja": "MOS {mos} は {low}~{high} の範囲外です",
    },
    "unknown_field": {
        "en": "unknown field {fields}",
        "ja": "不明な項目 {fields} があります",
    },
    "bands_count": {
        "en": "four band thresholds are needed, not {count}",
        "ja": "区分のしきい値は 4 個必要です(指定: {count} 個)",
    },
    "bands_numbers": {
        "en": "band thresholds must be numbers",
        "ja": "区分のしきい値は数値にしてください",
    },
    "bands_rise": {
        "en": "band thresholds must rise: {values}",
        "ja": "区分のしきい値は小さい順に指定してください(指定値: {values})",
    },
    "distribution_count": {
        "en": "{count} probabilities for {labels} labels",
        "ja": "ラベル {labels} 個に対して確率が {count} 個あります",
    },
    "distribution_value": {
        "en": "a probability is negative or not a number",
        "ja": "確率に負の値または数値でない値が含まれています",
    },
    "distribution_sum": {
        "en": "probabilities sum to {total}, not 1",
        "ja": "確率の合計が {total} で、1 になっていません",
    },
    "off_digit_mass_outside": {
        "en": "off-digit mass {value} is outside 0..1",
        "ja": "ラベル以外の確率 {value} が 0~1 の範囲外です",
    },
    "distribution_none": {
        "en": "the model gave no label any probability",
        "ja": "どのラベルの確率も 0 です",
    },
    "decoding_unknown": {
        "en": "decoding must be one of {known}, not {value}",
        "ja": "decoding は {known} のいずれかを指定してください(指定値: {value})",
    },
    "coverage_outside": {
        "en": "coverage must lie between 0 and 1, not {value}",
        "ja": "coverage は 0 より大きく 1 より小さい値にしてください(指定値: {value})",
    },
    "rating_incomplete": {
        "en": "not a complete rating: {detail}",
        "ja": "評価の項目が不足しています({detail})",
    },
    "scheme_unknown": {
        "en": "scheme must be one of {known}, not {value}",
        "ja": "scheme は {known} のいずれかを指定してください(指定値: {value})",
    },
    "scheme_digits": {
        "en": "digits must be 1 or more, not {value}",
        "ja": "digits は 1 以上にしてください(指定値: {value})",
    },
}
