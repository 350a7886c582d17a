"""What the columns of a results file (``xl-vqa score -o``) are called: to write one, and to know one again.

Standard library only.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

HEADINGS: Final[dict[str, dict[str, str]]] = {
    "path": {"en": "Path", "ja": "パス"},
    "label": {"en": "Score", "ja": "スコア"},
    "expected_label": {"en": "Expected score", "ja": "期待スコア"},
    "mos": {"en": "MOS", "ja": "MOS"},
    "band": {"en": "Band", "ja": "評価区分"},
    "band_probability": {"en": "Confidence", "ja": "確信度"},
    "off_digit_mass": {"en": "Off-digit mass", "ja": "ラベル外確率"},
    "frames": {"en": "Frames", "ja": "フレーム数"},
    "model": {"en": "Model", "ja": "モデル"},
    "mos_scale": {"en": "MOS scale", "ja": "MOS の尺度"},
    "error": {"en": "Error", "ja": "エラー"},
    "warnings": {"en": "Warnings", "ja": "警告"},
    "profile": {"en": "Profile", "ja": "プロファイル"},
    "mos_low": {"en": "MOS, low end", "ja": "MOS(下端)"},
    "mos_high": {"en": "MOS, high end", "ja": "MOS(上端)"},
    "decision": {"en": "Accept or not", "ja": "合否"},
    "rank": {"en": "Better than", "ja": "順位(下回る割合)"},
    "text": {"en": "Text (prompt)", "ja": "テキスト(プロンプト)"},
}
"""By field: headings of a workbook. In CSV and JSON the field itself is the heading."""
_MARK: Final = "off_digit_mass"
"""A field that nobody else has."""
_ASKED: Final = ("path", "text")
"""Fields that say what was asked, not what came out."""
_FORMS: Final = (
    {field: field for field in HEADINGS},
    *({field: words[language] for field, words in HEADINGS.items()} for language in ("en", "ja")),
)


def of_results(headings: Collection[str]) -> frozenset[str]:
    """Those among the headings of one sheet that a results file has for what came out; none in any other sheet."""
    found: set[str] = set()
    for names in _FORMS:
        if names[_MARK] in headings:
            found |= {names[field] for field in HEADINGS if field not in _ASKED}
    return frozenset(found.intersection(headings))
