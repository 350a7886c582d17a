"""What people read of training, comparisons and label search: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "comparison_spec": {
        "en": "The comparison {path} cannot be run: {problem}. Nothing was started.",
        "ja": "比較 {path} を実行できません: {problem}。何も開始していません。",
    },
    "comparison_task": {
        "en": "The comparison {path} asks for the task '{task}', which is in the repository of xl_vqa "
        "alone, not "
        "in what is installed. In a checkout, after 'make starter', type the same command with "
        "'python -m starter' in place of 'xl-vqa'. To compare on videos of your own, name a training recipe: "
        "'recipe: FILE.yaml'.",
        "ja": "比較 {path} は課題「{task}」を指定していますが、この課題は xl_vqa のリポジトリにだけあり、"
        "インストールされたパッケージには含まれません。チェックアウトしたフォルダーで「make starter」を"
        "実行した後、同じコマンドの「xl-vqa」を「python -m starter」に替えて実行してください。お手元の"
        "動画で比較するには、学習レシピを「recipe: ファイル.yaml」で指定してください。",
    },
    "comparison_failed": {
        "en": "Not one of {count} training runs finished. The first said: {problem}. Details are in "
        "{path}; the "
        "same command tries again.",
        "ja": "学習 {count} 回がすべて失敗しました。最初のエラー: {problem}。詳細は {path} にあります。同じ"
        "コマンドで再実行できます。",
    },
    "training_error": {
        "en": "The training cannot go on: {problem}.",
        "ja": "学習を続けられません: {problem}。",
    },
    "recipe_error": {
        "en": "The recipe {path} cannot be used:\n{problem:lines}\nNothing was started.",
        "ja": "レシピ {path} を使用できません:\n{problem:lines}\n何も開始していません。",
    },
    "training_data": {
        "en": "The training data in {path} cannot be used: {problem}.",
        "ja": "{path} の学習データを使用できません: {problem}。",
    },
    "training_videos": {
        "en": "{count} of {total} videos cannot be read:\n{problem:lines}\nMend or leave out these rows, "
        "or write "
        "'unreadable: skip' in the recipe.",
        "ja": "{total} 本中 {count} 本の動画を読み込めません:\n{problem:lines}\n該当する行を修正または除外"
        "するか、"
        "レシピに 'unreadable: skip' と書いてください。",
    },
    "training_memory": {
        "en": "The training needs about {needed} GiB and {free} GiB are free on {device} ({details}). "
        "Try in the recipe: {problem}.",
        "ja": "学習には {device} に約 {needed} GiB 必要ですが、空きは {free} GiB です({details})。"
        "レシピで次をお試しください: {problem}。",
    },
    "training_diverged": {
        "en": "Step {step} of {total} gave no number ({value}): the training diverged and was stopped "
        "before that "
        "step changed a weight. Try in the recipe: {problem}, and begin again under another output. What "
        "was good "
        "until then, with the last checkpoint, is kept in {folder}.",
        "ja": "{total} ステップ中 {step} ステップ目の計算結果が数値になりませんでした({value})。"
        "学習が発散したため、重みが変わる前に停止しました。"
        "レシピで次をお試しのうえ、別の output で最初から実行してください: {problem}。"
        "それまでの正常な結果と最後のチェックポイントは {folder} に残っています。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
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
    # recipes
    "recipe_quantized_full": {
        "en": "quantization: nf4 goes with method: lora only; weights in 4 bit cannot move themselves",
        "ja": "quantization: nf4 は method: lora とだけ組み合わせられます。4 ビットの重み自体は学習できません",
    },
    "recipe_write_one": {
        "en": "to write a recipe there: xl-vqa train {typed} --new starter",
        "ja": "レシピを新しく作成するには: xl-vqa train {typed} --new starter",
    },
    "recipe_look_again": {
        "en": "to check the recipe: xl-vqa train {typed} --check",
        "ja": "レシピを確認するには: xl-vqa train {typed} --check",
    },
    "yaml_line": {
        "en": "line {line}, or the one above it, is not as YAML wants it: name: value, brackets and "
        "quotes closed, spaces (no tabs) before nested lines",
        "ja": "{line} 行目またはその前の行が YAML の書式になっていません。「名前: 値」の形で書き、括弧と引用符を"
        "閉じ、字下げにはタブではなく空白を使ってください",
    },
    "yaml_characters": {
        "en": "it holds characters that YAML does not allow; it may be no text at all",
        "ja": "YAML で使用できない文字が含まれています。テキストファイルではない可能性があります",
    },
    "lines_wanted": {
        "en": "it must hold lines such as '{example}'",
        "ja": "「{example}」のような行を記述してください",
    },
    "recipe_group": {
        "en": "{name} must hold names and values, not {value}",
        "ja": "{name} には名前と値の組を指定してください(指定値: {value})",
    },
    "name_unknown": {"en": "{name} is not known", "ja": "{name} という項目はありません"},
    "name_unknown_near": {
        "en": "{name} is not known; did you mean {near}?",
        "ja": "{name} という項目はありません({near} の誤りではありませんか)",
    },
    "recipe_kind": {
        "en": "{name} must be {why}, not {value}",
        "ja": "{name} には{why}を指定してください(指定値: {value})",
    },
    "kind_text": {"en": "a text", "ja": "文字列"},
    "kind_whole": {"en": "a whole number", "ja": "整数"},
    "kind_number": {"en": "a number", "ja": "数値"},
    "kind_yes_no": {"en": "true or false", "ja": " true または false "},
    "kind_group": {"en": "a group of values", "ja": "名前と値の組"},
    "kind_or_empty": {"en": "{why} or empty", "ja": "{why}(または空)"},
    "recipe_share": {
        "en": "{name} must lie in 0..1 (1 excluded), not {value}",
        "ja": "{name} には 0 以上 1 未満の値を指定してください(指定値: {value})",
    },
    "recipe_adapter_method": {
        "en": "adapter names one to go on from, which method: lora does and method: full does not",
        "ja": "adapter は追加学習の元になるアダプターの指定で、method: lora でのみ使えます(method: full で"
        "は使えません)",
    },
    "recipe_number_token": {
        "en": "loss.kind number_token needs digits; the scheme levels answers in words",
        "ja": "loss.kind の number_token には数字が必要ですが、scheme の levels は言葉で答えます",
    },
    "split_empty": {"en": "no row belongs to the split {split}", "ja": "分割 {split} に属する行がありません"},
    "split_one_label": {
        "en": "all {count} training videos have the label {label}; there is nothing to learn",
        "ja": "学習用の動画 {count} 本がすべて同じラベル {label} のため、学習できません",
    },
    "split_missing": {
        "en": "{count} of {total} videos of {split} are not there: {videos}",
        "ja": "分割 {split} の動画 {total} 本中 {count} 本が見つかりません: {videos}",
    },
    "and_more": {"en": "... and {count} more", "ja": "…ほか {count} 件"},
    # where a run is written
    "run_differs": {
        "en": "{name}: the unfinished run has {old}, this recipe {new}; --resume needs the same",
        "ja": "{name}: 中断した実行では {old}、このレシピでは {new} です。--resume には同じ値が必要です",
    },
    "output_there": {
        "en": "{folder} is there already; choose another name or move it away",
        "ja": "{folder} は既に存在します。別の名前を指定するか、移動してください",
    },
    "run_unfinished": {
        "en": "an unfinished run is in {folder}; go on with --resume, or delete that folder",
        "ja": "中断した実行が {folder} にあります。--resume で再開するか、フォルダーを削除してください",
    },
    "run_none": {
        "en": "there is no unfinished run in {folder} to resume",
        "ja": "{folder} に再開できる実行がありません",
    },
    "output_forbidden": {"en": "nothing may be written in {folder}", "ja": "{folder} に書き込めません"},
    "output_little_room": {
        "en": "only {mib} MiB are free on the disk of {folder}",
        "ja": "{folder} のディスクの空きが {mib} MiB しかありません",
    },
    # a step
    "memory_ran_out": {"en": "memory ran out in a step", "ja": "ステップの途中でメモリが不足しました"},
    "memory_parts": {
        "en": "weights: {weights} GiB; gradients and optimizer: {trained} GiB; activations: {activations} GiB; "
        "answers: {answers} GiB; together, with a margin: {total} GiB",
        "ja": "重み {weights} GiB、勾配とオプティマイザー {trained} GiB、アクティベーション {activations} GiB、"
        "回答 {answers} GiB、余裕を含む合計 {total} GiB",
    },
    "output_not_shared": {
        "en": "the machine {node} does not see {folder}, which the first process has made. On several machines "
        "the output has to lie in a folder that all of them share, under the same path",
        "ja": "端末 {node} から、最初のプロセスが作成した {folder} が見えません。複数の端末で学習する場合、出力先"
        "は全端末が同じパスで共有するフォルダーにしてください",
    },
    "vocabulary_lacks": {
        "en": "the vocabulary of {model} cannot write the answers of the scheme {scheme}",
        "ja": "{model} の語彙では方式 {scheme} の回答を書けません",
    },
    # comparisons
    "comparison_both": {
        "en": "only one of these may be named: {names}",
        "ja": "次のうち 1 つだけを指定してください: {names}",
    },
    "comparison_choices": {
        "en": "{name} must be one or more of {choices}, each once, not {value}",
        "ja": "{name} には {choices} から 1 つ以上を重複なく指定してください(指定値: {value})",
    },
    "comparison_seeds": {
        "en": "{name} must be whole numbers, each once, not {value}",
        "ja": "{name} には整数を重複なく指定してください(指定値: {value})",
    },
    "comparison_reference": {
        "en": "reference must be [scheme, decoding], not {value}",
        "ja": "reference には [scheme, decoding] の形で指定してください(指定値: {value})",
    },
    "comparison_no_recipe": {"en": "there is no recipe {file}", "ja": "レシピ {file} がありません"},
}
