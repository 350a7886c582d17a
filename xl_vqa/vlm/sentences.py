"""What people read of models and their folders: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "model_error": {
        "en": "The model cannot be used: {problem}.",
        "ja": "モデルを使用できません: {problem}。",
    },
    "model_not_found": {
        "en": "The model {model} was not found: {problem}. Check the folder or the name.",
        "ja": "モデル {model} が見つかりません: {problem}。フォルダーまたは名前をご確認ください。",
    },
    "model_incompatible": {
        "en": "The model {model} does not fit this product: {problem}.",
        "ja": "モデル {model} はこの製品に対応していません: {problem}。",
    },
    "model_settings": {
        "en": "The model {model} cannot be loaded. {problem}.",
        "ja": "モデル {model} を読み込めません。{problem}。",
    },
    "model_memory": {
        "en": "There is not enough memory for the model: {problem}. Close other programs, lower the pixel budget "
        "or choose a smaller model.",
        "ja": "モデルに必要なメモリが足りません: {problem}。他のプログラムを閉じる、画素数の上限を下げる、"
        "または小さいモデルを選んでください。",
    },
    "model_failed": {
        "en": "The model stopped while rating {path}: {problem}. Try again; if it repeats, run 'xl-vqa doctor'.",
        "ja": "{path} の評価中にモデルが停止しました: {problem}。もう一度お試しください。繰り返す場合は "
        "'xl-vqa doctor' を実行してください。",
    },
    "no_attributes": {
        "en": "The model {model} was taught the overall quality alone and is not asked about attributes. Choose a "
        "model that was taught them, or fine-tune one on a sheet with a column for each.",
        "ja": "モデル {model} は総合的な品質だけを学習しているため、属性は評価しません。"
        "属性を学習したモデルを選ぶか、属性ごとの列がある表で微調整してください。",
    },
    "warning_high_off_digit_mass": {
        "en": "The model wanted to answer something other than a label; its score is not reliable.",
        "ja": "モデルがラベル以外の答えを出そうとしました。このスコアは信頼できません。",
    },
    "warning_unlike_taught": {
        "en": "This video is unlike those that the model was taught and tested on; its score may be far off. "
        "(1 in 100 ordinary videos gets this remark by mistake.)",
        "ja": "この動画は、モデルが学習と検証に使った動画と大きく異なります。スコアは当てにならないことがあります"
        "(通常の動画でも 100 本に 1 本はこの注意が付きます)。",
    },
    "warning_not_fine_tuned": {
        "en": "This model was never taught to rate videos on this scale; take its scores as a guess.",
        "ja": "このモデルは動画評価用に微調整されていません。スコアは参考程度にご覧ください。",
    },
    "warning_text_unused": {
        "en": "The text beside this video does not count: the model was not taught with texts, so the score says "
        "nothing of how well the video follows its text.",
        "ja": "この動画に添えられたテキストは評価に使われていません。モデルがテキスト付きで学習していないため、"
        "このスコアは動画がテキストにどれだけ沿っているかを示しません。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "model_wrong_type": {
        "en": "it is of type {type}, and a Qwen2.5-VL (type 'qwen2_5_vl') is needed",
        "ja": "モデルの種類が {type} です。Qwen2.5-VL(種類 'qwen2_5_vl')が必要です",
    },
    "export_no_qwen": {
        "en": "it is of type '{type}', which transformers alone cannot load; the folder {folder} is whole as it "
        "is: copy it",
        "ja": "モデルの種類が '{type}' のため、transformers だけでは読み込めません。フォルダー {folder} をそのまま"
        "コピーしてください",
    },
    "export_not_empty": {
        "en": "something is there already; name a new folder",
        "ja": "すでに存在します。新しいフォルダーを指定してください",
    },
    "model_quantised": {
        "en": "its weights are quantised; choose the bfloat16 checkpoint of the same model",
        "ja": "重みが量子化されています。同じモデルの bfloat16 版を選んでください",
    },
    "model_sliding_window": {
        "en": "it uses sliding-window attention, with which answers could not see the whole video",
        "ja": "スライディングウィンドウ方式のアテンションを使うモデルのため、動画全体を見て評価できません",
    },
    "model_weights_lost": {
        "en": "{count} of its weights are missing or of another shape, first {first}",
        "ja": "重みのうち {count} 個がないか、形が違います(最初: {first})",
    },
    "model_adapter_other": {
        "en": "it holds {stored} weights and the model takes {placed}; it was made for another model",
        "ja": "重みは {stored} 個ですが、モデルに適用できるのは {placed} 個です。"
        "別のモデル用に作られたアダプターです",
    },
    "question_weights_other": {
        "en": "its {file} is missing or belongs to another model; copy the whole folder again",
        "ja": "{file} がないか、別のモデルのものです。フォルダー全体をコピーし直してください",
    },
    "model_video_token": {
        "en": "its config calls token {config} the video, its tokenizer {tokenizer}",
        "ja": "動画を表すトークンが、config では {config}、トークナイザーでは {tokenizer} です",
    },
    "model_embedding_rows": {
        "en": "its tokenizer uses token {token} and its embedding has {rows} rows",
        "ja": "トークナイザーはトークン {token} まで使いますが、埋め込みは {rows} 行しかありません",
    },
    "model_cannot_load": {
        "en": "it cannot be loaded: {detail}",
        "ja": "読み込めません({detail})",
    },
    "model_vision_field": {
        "en": "its {name} is {value}, and only {wanted} is supported",
        "ja": "{name} が {value} です(対応しているのは {wanted} のみ)",
    },
    "model_memory_loading": {
        "en": "memory ran out while loading {folder}",
        "ja": "{folder} の読み込み中にメモリが不足しました",
    },
    "model_digit_split": {
        "en": "its tokenizer splits the digit {digit} into {count} tokens",
        "ja": "トークナイザーが数字 {digit} を {count} 個のトークンに分割します",
    },
    "model_digits_joined": {
        "en": "its tokenizer does not give every digit of {number} a token of its own",
        "ja": "トークナイザーが {number} を 1 桁ずつのトークンに分けません",
    },
    "model_no_tokenizer": {
        "en": "its tokenizer has no tokenizer.json",
        "ja": "トークナイザーに tokenizer.json がありません",
    },
    "model_tokenizer_unreadable": {
        "en": "its tokenizer cannot be loaded: {detail}",
        "ja": "トークナイザーを読み込めません({detail})",
    },
    "model_tokens_missing": {
        "en": "its tokenizer lacks {tokens}",
        "ja": "トークナイザーに {tokens} がありません",
    },
    "model_digits_alike": {
        "en": "its tokenizer does not tell digits apart",
        "ja": "トークナイザーが数字を区別しません",
    },
    "model_window": {
        "en": "a window of {frames} frames does not fit the canvas of {canvas}",
        "ja": "ウィンドウが {frames} フレームで、キャンバスの {canvas} フレームに合いません",
    },
    "stand_in_loading": {
        "en": "the stand-in was asked to fail while loading",
        "ja": "読み込みに失敗するよう指定されたテスト用モデルです",
    },
    "model_no_frames": {
        "en": "a clip without frames cannot be rated",
        "ja": "フレームのない動画は評価できません",
    },
    "stand_in_text": {
        "en": "the stand-in was asked to fail on this text",
        "ja": "このテキストで失敗するよう指定されたテスト用モデルです",
    },
    "stand_in_option": {
        "en": "{name} has no option {option}",
        "ja": "{name} にオプション {option} はありません",
    },
    "model_frame_kind": {
        "en": "frames must be 8-bit RGB pictures of one size, not {dtype} {shape}",
        "ja": "フレームは同じ大きさの 8 ビット RGB 画像にしてください(現在: {dtype} {shape})",
    },
    "model_memory_video": {
        "en": "memory ran out on a single video of {frames} frames of {width}x{height} pixels",
        "ja": "{width} x {height} ピクセル、{frames} フレームの動画 1 本でメモリが不足しました",
    },
    "model_files_changed": {
        "en": "its files changed while it was loading; try again",
        "ja": "読み込み中にモデルのファイルが変更されました。もう一度お試しください",
    },
    "model_unloaded": {
        "en": "the model was unloaded",
        "ja": "モデルのメモリが解放されました",
    },
    "model_no_distribution": {
        "en": "its answer is no distribution ({why})",
        "ja": "出力が分布になっていません({why})",
    },
    "model_answer_count": {
        "en": "it gave {answers} answers to {videos} videos",
        "ja": "動画 {videos} 本に対して結果が {answers} 件でした",
    },
    "model_memory_short": {
        "en": "{needed} GiB are needed in {dtype} on {device} and {free} are free",
        "ja": "{device} の {dtype} で {needed} GiB 必要ですが、空きは {free} GiB です",
    },
    "model_memory_smaller": {
        "en": "{needed} GiB are needed in {dtype} on {device} and {free} are free; with dtype = {smaller} it "
        "would fit ({less} GiB)",
        "ja": "{device} の {dtype} で {needed} GiB 必要ですが、空きは {free} GiB です。dtype = {smaller} なら"
        "収まります({less} GiB)",
    },
    "problem_device": {
        "en": "device '{value}' cannot be used here ({detail}); choose auto or cpu",
        "ja": "デバイス「{value}」はここでは使用できません({detail})。auto または cpu を指定してください",
    },
    "problem_dtype_starter": {
        "en": "{value} is for a Qwen2.5-VL; the starter is small enough as it is: choose auto",
        "ja": "{value} は Qwen2.5-VL 用です。付属のモデルは十分に小さいため、auto を指定してください",
    },
    "problem_device_meta": {
        "en": "device 'meta' holds no numbers; choose auto or cpu",
        "ja": "デバイス「meta」では計算できません。auto または cpu を指定してください",
    },
    "problem_no_config": {
        "en": "the folder has no config.json, so it holds no model",
        "ja": "フォルダーに config.json がなく、モデルが入っていません",
    },
    "problem_model_is_file": {
        "en": "this is a file; name the folder that holds the model",
        "ja": "ファイルが指定されています。モデルの入ったフォルダーを指定してください",
    },
    "problem_weights_missing": {
        "en": "{count} of {total} weight files are missing, first {file}",
        "ja": "重みファイル {total} 個のうち {count} 個がありません(最初は {file})",
    },
    "problem_no_safetensors": {
        "en": "it has no weights in safetensors files",
        "ja": "safetensors 形式の重みがありません",
    },
    "problem_not_here": {
        "en": "it is not on this machine, and the model hub may not be asked (offline)",
        "ja": "このコンピューターになく、オフライン設定のためモデルハブに問い合わせできません",
    },
    "problem_partly_here": {
        "en": "only a part of it is on this machine, and the model hub may not be asked (offline)",
        "ja": "一部しかこのコンピューターになく、オフライン設定のためモデルハブに問い合わせできません",
    },
    "problem_not_here_yet": {
        "en": "it is not on this machine yet; it is downloaded with the first rating",
        "ja": "まだこのコンピューターにありません。最初の評価のときにダウンロードします",
    },
    "problem_hub_refused": {
        "en": "there is no such folder, and the model hub could not provide it ({detail})",
        "ja": "フォルダーがなく、モデルハブからも取得できませんでした({detail})",
    },
    "hub_unknown": {
        "en": "it knows no public model of that name; for a private one, log in first with hf auth login",
        "ja": "その名前の公開モデルはありません。非公開のモデルの場合は、先に hf auth login で"
        "ログインしてください",
    },
    "hub_gated": {
        "en": "its makers let in only those who asked them: do so on the model's page, then log in with "
        "hf auth login",
        "ja": "利用には提供元の許可が必要です。モデルのページで申請してから、hf auth login でログインしてください",
    },
    "hub_no_revision": {
        "en": "the model has no such revision",
        "ja": "指定されたリビジョンはこのモデルにありません",
    },
    "hub_status": {
        "en": "it answered with the status {status}; try again later",
        "ja": "応答のステータスは {status} でした。しばらくしてからもう一度お試しください",
    },
    "problem_hub_incomplete": {
        "en": "{file} is missing, and the model hub could not provide it",
        "ja": "{file} がなく、モデルハブからも取得できませんでした",
    },
    "problem_no_adapter_folder": {
        "en": "there is no such adapter folder",
        "ja": "アダプターのフォルダーがありません",
    },
    "problem_adapter_kind": {
        "en": "it is an adapter of kind {kind}, not LORA",
        "ja": "アダプターの種類が {kind} で、LORA ではありません",
    },
}
