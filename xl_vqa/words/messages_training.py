"""What people read about errors of training, in English and Japanese. Standard library only."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "training_error": {
        "en": "The training cannot go on: {problem}.",
        "ja": "学習を続けられません: {problem}",
    },
    "recipe_error": {
        "en": "The recipe {path} cannot be used:\n{problem}\nNothing was started.",
        "ja": "レシピ {path} を使用できません:\n{problem}\n何も開始していません。",
    },
    "training_data": {
        "en": "The training data in {path} cannot be used: {problem}.",
        "ja": "{path} の学習データを使用できません: {problem}",
    },
    "training_videos": {
        "en": "{count} of {total} videos cannot be read:\n{problem}\nMend or leave out these rows, or write "
        "'unreadable: skip' in the recipe.",
        "ja": "{total} 本中 {count} 本の動画を読み込めません:\n{problem}\n該当する行を修正または除外するか、"
        "レシピに 'unreadable: skip' と書いてください。",
    },
    "training_memory": {
        "en": "The training needs about {needed} GiB and {free} GiB are free on {device} ({details}). "
        "Try in the recipe: {problem}.",
        "ja": "学習には {device} に約 {needed} GiB 必要ですが、空きは {free} GiB です({details})。"
        "レシピで次をお試しください: {problem}",
    },
    "training_diverged": {
        "en": "Step {step} of {total} gave no number ({value}): the training diverged and was stopped before that "
        "step changed a weight. Try in the recipe: {problem}, and begin again under another output. What was good "
        "until then, with the last checkpoint, is kept in {folder}.",
        "ja": "{total} ステップ中 {step} ステップ目の計算結果が数値になりませんでした({value})。"
        "学習が発散したため、重みが変わる前に停止しました。"
        "レシピで次をお試しのうえ、別の output で最初から実行してください: {problem}。"
        "それまでの正常な結果と最後のチェックポイントは {folder} に残っています。",
    },
}
