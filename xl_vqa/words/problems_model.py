"""What is wrong with a model, inside its errors' sentences. Standard library only."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "model_wrong_type": {
        "en": "it is of type {type}, and a Qwen2.5-VL (type 'qwen2_5_vl') is needed",
        "ja": "モデルの種類が {type} です。Qwen2.5-VL(種類 'qwen2_5_vl')が必要です",
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
    "stand_in_value": {
        "en": "{option}: {detail}",
        "ja": "{option}: {detail}",
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
    "file_says": {
        "en": "{file}: {detail}",
        "ja": "{file}: {detail}",
    },
    "model_memory_short": {
        "en": "{needed} GiB are needed in {dtype} on {device} and {free} are free",
        "ja": "{device} の {dtype} で {needed} GiB 必要ですが、空きは {free} GiB です",
    },
    "model_memory_halved": {
        "en": "{needed} GiB are needed in {dtype} on {device} and {free} are free; with dtype = bfloat16 it would "
        "fit",
        "ja": "{device} の {dtype} で {needed} GiB 必要ですが、空きは {free} GiB です。dtype = bfloat16 なら"
        "収まります",
    },
    "spec_frames": {
        "en": "sampling.frames must be even and 2 or more, not {value}",
        "ja": "sampling.frames は 2 以上の偶数にしてください(指定値: {value})",
    },
    "spec_fps": {
        "en": "sampling.fps must be 0 or more, not {value}",
        "ja": "sampling.fps は 0 以上にしてください(指定値: {value})",
    },
    "spec_window": {
        "en": "sampling.window must be even and 0 or more, not {value}",
        "ja": "sampling.window は 0 以上の偶数にしてください(指定値: {value})",
    },
    "spec_window_canvas": {
        "en": "sampling.window and pixels.canvas go together",
        "ja": "sampling.window と pixels.canvas は一緒に指定してください",
    },
    "spec_min_pixels": {
        "en": "pixels.min_pixels must lie between 784 and pixels.max_pixels",
        "ja": "pixels.min_pixels は 784 以上、pixels.max_pixels 以下にしてください",
    },
    "spec_total_pixels": {
        "en": "pixels.total_pixels is less than min_pixels for every frame",
        "ja": "pixels.total_pixels が、全フレーム分の min_pixels を下回っています",
    },
    "spec_head": {
        "en": "head {head} is not known to this version",
        "ja": "head {head} はこのバージョンでは使用できません",
    },
    "spec_question": {
        "en": "prompt.question_with_text must contain {{text}}",
        "ja": "prompt.question_with_text には {{text}} を含めてください",
    },
    "spec_format": {
        "en": "{file} is not of format {format}",
        "ja": "{file} の形式が {format} ではありません",
    },
}
