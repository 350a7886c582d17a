"""Words that the spreadsheets' side shows, in English and Japanese (errors have theirs in xl_vqa.messages)."""

from __future__ import annotations

from typing import Any, Final

TEXTS: Final[dict[str, dict[str, str]]] = {
    "pending": {"en": "rating…", "ja": "評価中…"},
    "pending_at": {"en": "rating… ({position} ahead)", "ja": "評価中…(待ち {position} 件)"},
    "starting": {"en": "starting the scoring host…", "ja": "スコアリングホストを起動中…"},
    "loading_model": {"en": "loading the model…", "ja": "モデルを読み込み中…"},
    "status_done": {"en": "rated", "ja": "評価済み"},
    "status_overall": {
        "en": "{done} rated, {pending} waiting, {failed} with an error",
        "ja": "評価済み {done} 件、評価中 {pending} 件、エラー {failed} 件",
    },
    "progress": {"en": "{done} of {total} rated", "ja": "{total} 件中 {done} 件 評価済み"},
    "progress_eta": {
        "en": "{done} of {total} rated, about {minutes} min left",
        "ja": "{total} 件中 {done} 件 評価済み、残り約 {minutes} 分",
    },
    "cancelled": {"en": "{count} videos cancelled", "ja": "{count} 件を取り消しました"},
    "finished": {"en": "{done} rated, {failed} with an error", "ja": "評価済み {done} 件、エラー {failed} 件"},
}


def tr(key: str, language: str, **params: Any) -> str:
    """The words for ``key``, English where the language is not known."""
    entry = TEXTS[key]
    return entry.get(language, entry["en"]).format(**params)
