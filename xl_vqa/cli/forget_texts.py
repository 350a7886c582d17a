"""Words of ``xl-vqa forget``, in English and Japanese."""

from __future__ import annotations

from typing import Any, Final

TEXTS: Final[dict[str, dict[str, str]]] = {
    "what": {
        "en": "Say what to forget: videos, folders or patterns, or everything with --all. --settings goes "
        "with --all.",
        "ja": "削除する対象として、動画、フォルダー、パターンのいずれかを指定してください。すべて削除するには "
        "--all を指定します。--settings は --all と一緒に指定します。",
    },
    "nothing": {"en": "Nothing is stored in {home}.", "ja": "{home} には何も保存されていません。"},
    "counts": {
        "en": "Removed: {ratings} ratings with their prompts, {paths} paths, {records} records of logs.",
        "ja": "削除しました: 評価 {ratings} 件(プロンプトを含む)、パス {paths} 件、ログの記録 {records} 件。",
    },
    "copies": {
        "en": "Removed: {count} damaged copies of the store, whole.",
        "ja": "削除しました: 破損した保存ファイルの控え {count} 件(ファイルごと)。",
    },
    "nameless": {
        "en": "Left: {count} ratings whose path is not known any more. Only xl-vqa forget --all removes them.",
        "ja": "残したもの: パスがわからなくなった評価 {count} 件。削除するには次を実行してください: "
        "xl-vqa forget --all",
    },
    "removed": {"en": "Removed: {path}", "ja": "削除しました: {path}"},
    "left": {"en": "Left: {path}", "ja": "残したもの: {path}"},
    "elsewhere": {
        "en": "Not touched: videos, workbooks with their scores, models of the hub, add-ins (xl-vqa uninstall).",
        "ja": "対象外: 動画、ワークブックとその中のスコア、ハブからダウンロードしたモデル、"
        "アドイン(xl-vqa uninstall で削除)。",
    },
    "stopped": {
        "en": "The scoring host was stopped; it starts again when it is next needed.",
        "ja": "スコアリングホストを停止しました。次に必要になったときに自動で起動します。",
    },
}


def tr(key: str, language: str, **params: Any) -> str:
    """The words for ``key``, English where the language is not known."""
    entry = TEXTS[key]
    return entry.get(language, entry["en"]).format(**params)
