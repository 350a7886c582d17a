"""What people read of training, comparisons and label search: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
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

PHRASES: Final[dict[str, dict[str, str]]] = {
    "scheme_unknown": {
        "en": "scheme must be one of {known}, not {value}",
        "ja": "scheme は {known} のいずれかを指定してください(指定値: {value})",
    },
    "scheme_digits": {
        "en": "digits must be 1 or more, not {value}",
        "ja": "digits は 1 以上にしてください(指定値: {value})",
    },
    "split_unreadable": {
        "en": "not one video of the split {split} can be read",
        "ja": "分割 {split} の動画を 1 本も読み込めません",
    },
    "ntloss_missing": {
        "en": "loss.kind number_token needs the package ntloss (pip install 'xl_vqa[train]')",
        "ja": "loss.kind の number_token にはパッケージ ntloss が必要です(pip install 'xl_vqa[train]')",
    },
    "nothing_moves": {
        "en": "not one weight of {model} would move",
        "ja": "{model} の重みが 1 つも学習の対象になりません",
    },
    "weights_of_other_recipe": {
        "en": "the kept weights are not those of this recipe; was it changed?",
        "ja": "保存された重みがこのレシピのものと一致しません。レシピが変更されていないかご確認ください",
    },
    "no_linear_layers": {
        "en": "{model} has no linear layers that an adapter could go beside",
        "ja": "{model} には、アダプターを追加できる線形層がありません",
    },
}
