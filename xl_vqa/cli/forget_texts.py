"""Words of ``xl-vqa forget``, in English and Japanese."""

from __future__ import annotations

from typing import Any, Final

TEXTS: Final[dict[str, dict[str, str]]] = {
    "what": {
        "en": "Say what to forget: videos, folders or patterns, or every trace with --all. --keep-settings, --yes "
        "and --dry-run go with --all.",
        "ja": "削除する対象として、動画、フォルダー、パターンのいずれかを指定してください。すべての痕跡を"
        "削除するには --all を指定します。--keep-settings、--yes、--dry-run は --all と一緒に指定します。",
    },
    "nothing": {"en": "Nothing is stored in {home}.", "ja": "{home} には何も保存されていません。"},
    "nothing_of": {
        "en": "Nothing is stored of what was named. It goes by the path as it was rated; look at its spelling.",
        "ja": "指定された対象の情報は保存されていません。評価したときのパスで探すため、つづりをご確認ください。",
    },
    "counts": {
        "en": "Removed: {ratings} ratings with their prompts, {paths} paths, {records} records of logs.",
        "ja": "削除しました: 評価 {ratings} 件(プロンプトを含む)、パス {paths} 件、ログの記録 {records} 件。",
    },
    "corrections": {
        "en": "Removed: {count} corrections of people, with their history.",
        "ja": "削除しました: 人による修正 {count} 件(履歴を含む)。",
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
    "would_remove": {"en": "To be removed: {path}", "ja": "削除対象: {path}"},
    "ask": {"en": "Remove all of this? It cannot be taken back", "ja": "すべて削除しますか(元に戻せません)"},
    "say_yes": {
        "en": "Nothing was removed: nobody is here to be asked. Add --yes to remove it.",
        "ja": "確認できる端末がないため、何も削除していません。削除するには --yes を付けてください。",
    },
    "team_runs": {
        "en": "Nothing was removed: a team's host of this user is running. End it first.",
        "ja": "チームホストが動作中のため、何も削除していません。先に終了してください。",
    },
    "elsewhere": {
        "en": "What this command cannot remove: scores in workbooks and their copies (NAME.before-vqa.xlsx), "
        "reports and results that were written elsewhere, models that you trained, the hub's folder (HF_HOME), "
        "what backups hold, an extension that LibreOffice has for all users ('xl-vqa calc uninstall'), what a "
        "team's host stored of you there, and the program itself (pip uninstall xl_vqa).",
        "ja": "このコマンドで削除できないもの: ワークブック内のスコアとその控え(NAME.before-vqa.xlsx)、"
        "ほかの場所に保存したレポートと結果、学習したモデルとハブのフォルダー(HF_HOME)、バックアップ、全ユーザー用に"
        "インストールした LibreOffice 拡張機能('xl-vqa calc uninstall' で削除)、チームホスト側の記録、"
        "プログラム本体(pip uninstall xl_vqa)。",
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
