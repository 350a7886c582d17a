"""Words that stand in every template, English and Japanese."""

from __future__ import annotations

from typing import Final

COMMON: Final[dict[str, tuple[str, str]]] = {
    "page": ("Page &P of &N", "&P / &N ページ"),
    "sample_short": ("SAMPLE DATA", "サンプルデータ"),
    "sample_banner": (
        "SAMPLE DATA: every video, score and amount here is invented. Start your own work in the empty template.",
        "サンプルデータ:この中の動画・スコア・金額はすべて架空です。実際の作業は空のテンプレートで始めてください。",
    ),
    "wrong_entry": ("This entry does not fit", "入力内容をご確認ください"),
    "group_person": ("You fill in", "入力する列"),
    "group_ai": ("Filled in by xl-vqa", "xl-vqa が記入"),
    "col_value": ("Value", "値"),
    "col_note": ("What it means", "説明"),
}
