"""Sentences of errors of comparisons and searches, in English and Japanese; merged into xl_vqa.words.messages."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "comparison_spec": {
        "en": "The comparison {path} cannot be run: {problem}. Nothing was started.",
        "ja": "比較 {path} を実行できません: {problem}。何も開始していません。",
    },
    "comparison_task": {
        "en": "The comparison {path} asks for the task '{task}', which is in the repository of xl_vqa alone, not "
        "in what is installed. In a checkout, after 'make starter', type the same command with "
        "'python -m starter' in place of 'xl-vqa'. To compare on videos of your own, name a training recipe: "
        "'recipe: FILE.yaml'.",
        "ja": "比較 {path} は課題「{task}」を指定していますが、この課題は xl_vqa のリポジトリにだけあり、"
        "インストールされたパッケージには含まれません。チェックアウトしたフォルダーで「make starter」を"
        "実行した後、同じコマンドの「xl-vqa」を「python -m starter」に替えて実行してください。お手元の"
        "動画で比較するには、学習レシピを「recipe: ファイル.yaml」で指定してください。",
    },
    "comparison_failed": {
        "en": "Not one of {count} training runs finished. The first said: {problem}. Details are in {path}; the "
        "same command tries again.",
        "ja": "学習 {count} 回がすべて失敗しました。最初のエラー: {problem}。詳細は {path} にあります。同じ"
        "コマンドで再実行できます。",
    },
}
