"""Words of ``xl-vqa store``, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "model": {"en": "Model", "ja": "モデル"},
    "ratings": {"en": "Ratings", "ja": "評価件数"},
    "first": {"en": "First", "ja": "最初"},
    "last": {"en": "Last", "ja": "最後"},
    "stored_in": {"en": "Stored in {path} ({size} MiB).", "ja": "保存先: {path}({size} MiB)。"},
    "exported": {
        "en": "{count} ratings were written to {path}.",
        "ja": "評価 {count} 件を {path} に書き出しました。",
    },
    "damaged_rows": {
        "en": "{count} stored ratings are damaged and were left out; their videos are rated again when asked for.",
        "ja": "保存済みの評価のうち {count} 件は破損しているため除きました。次に必要になったときに再評価します。",
    },
    "imported": {
        "en": "{new} ratings are new, {same} were here already, {replaced} were replaced.",
        "ja": "評価を読み込みました: 新規 {new} 件、登録済み {same} 件、置き換え {replaced} 件。",
    },
    "damaged": {
        "en": "Not taken, because they are not what was written (line {lines}): {count}",
        "ja": "書き出した内容と異なるため読み込まなかった行(行 {lines}): {count} 件",
    },
    "differing": {
        "en": "Not taken, because another score is stored here for the same video, model and settings "
        "(line {lines}): {count}. With --replace the file's are taken.",
        "ja": "同じ動画、モデル、設定に別のスコアが保存されているため読み込まなかった行(行 {lines}): {count} 件。"
        "--replace を付けるとファイルの値で置き換えます。",
    },
}

tr: Final = Table(TEXTS)
