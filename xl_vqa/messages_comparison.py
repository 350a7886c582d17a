"""Sentences of errors of comparisons and searches, in English and Japanese; merged into xl_vqa.messages."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "comparison_spec": {
        "en": "The comparison {path} cannot be run: {problem}. Nothing was started.",
        "ja": "比較 {path} を実行できません: {problem}。何も開始していません。",
    },
    "comparison_failed": {
        "en": "Not one of {count} training runs finished. The first said: {problem}. Details are in {path}; the "
        "same command tries again.",
        "ja": "学習 {count} 回がすべて失敗しました。最初のエラー: {problem}。詳細は {path} にあります。同じ"
        "コマンドで再実行できます。",
    },
}
