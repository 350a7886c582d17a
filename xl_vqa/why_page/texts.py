"""Words of the page of a rating, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "title": {"en": "Why this score: {name}", "ja": "スコアの理由: {name}"},
    "skip": {"en": "To the findings", "ja": "本文へ移動"},
    "score_of": {"en": "score, {low} to {high}", "ja": "スコア({low}~{high})"},
    "mos": {"en": "MOS, 90% of its probability from {low} to {high}", "ja": "MOS(確率の 90% は {low}~{high})"},
    "mos_people": {
        "en": "MOS; people's lies from {low} to {high} for {share} of videos",
        "ja": "MOS(動画の {share} で人の MOS は {low}~{high})",
    },
    "band": {"en": "band", "ja": "評価区分"},
    "confidence": {"en": "sure of the band", "ja": "評価区分の確信度"},
    "remarks": {"en": "Please note", "ja": "ご注意"},
    # the video
    "video": {"en": "The video", "ja": "動画"},
    "player": {"en": "The video {name}", "ja": "動画 {name}"},
    "no_player_format": {
        "en": "Browsers do not play this format ({format}); the frames below are stills of it.",
        "ja": "この形式({format})はブラウザーで再生できません。下のフレームは静止画です。",
    },
    "no_player_left_out": {
        "en": "The video is not in this page; the frames below are stills of it.",
        "ja": "このページに動画は含まれていません。下のフレームは静止画です。",
    },
    "no_player_picture": {"en": "This is a still picture.", "ja": "これは静止画です。"},
    "player_beside": {
        "en": "The page plays the video from its own place, {path}; it is not inside the page.",
        "ja": "動画はページに含まれず、元の場所({path})から再生されます。",
    },
    "player_keys": {
        "en": "Choose a time in the chart, the tables or the moments, and the player goes there.",
        "ja": "グラフ、表、または場面の時刻を選ぶと、その位置に移動します。",
    },
    "moments": {"en": "The worst moments", "ja": "特に品質の低い場面"},
    "moment": {"en": "{start} to {end} s", "ja": "{start}~{end} 秒"},
    "moment_mos": {"en": "MOS {mos} at {time} s", "ja": "{time} 秒で MOS {mos}"},
    "no_moments": {
        "en": "No moment stands out: the quality is even over the video.",
        "ja": "特に品質の低い場面はありません。品質は全体を通して一定です。",
    },
    # over time
    "timeline": {"en": "Quality over time", "ja": "品質の時間変化"},
    "timeline_alt": {
        "en": "MOS over time, from {start} to {end} s: lowest {low} at {at} s, highest {high}. The table below "
        "has the figures.",
        "ja": "{start}~{end} 秒の MOS の推移。最低は {at} 秒で {low}、最高は {high}。数値は下の表にあります。",
    },
    "timeline_note": {
        "en": "The line is the expected MOS of each piece, the area around it the central 90% of what the model "
        "holds possible there (its own spread, not calibrated on people). What stands out is shaded.",
        "ja": "線は各区間の MOS の期待値、帯はモデルの確率の中央 90%(モデル自身のばらつきで、人の評価で"
        "較正した値ではありません)。品質の低い場面には色を付けています。",
    },
    "timeline_slider": {"en": "Time in the video", "ja": "動画の時刻"},
    "timeline_none": {
        "en": "There is no timeline for this video.",
        "ja": "この動画の時間変化はありません。",
    },
    "piece": {
        "en": "{start} to {end} s: MOS {mos}, from {low} to {high}",
        "ja": "{start}~{end} 秒: MOS {mos}({low}~{high})",
    },
    "seconds": {"en": "seconds", "ja": "秒"},
    "table_of": {"en": "The figures as a table: {name}", "ja": "数値の表: {name}"},
    "time_link": {"en": "{time} s", "ja": "{time} 秒"},
    "from": {"en": "from, s", "ja": "開始(秒)"},
    "to": {"en": "to, s", "ja": "終了(秒)"},
    "low": {"en": "low", "ja": "下端"},
    "high": {"en": "high", "ja": "上端"},
    # where
    "frames": {"en": "The worst frames", "ja": "品質の低いフレーム"},
    "frames_unminded": {"en": "A frame to look at", "ja": "ご確認いただきたいフレーム"},
    "heat_shown": {"en": "Show the heat maps", "ja": "ヒートマップを表示"},
    "heat_note": {
        "en": "Red is what stands out of the picture there; the frame is around it where the model finds that "
        "part worse, too. A coarse map (6 x 6 fields) is a hint, not a finding.",
        "ja": "赤い部分ほど、そこで周囲と異なります。モデルもその部分を悪いと判断した場合は枠で囲みます。"
        "粗いマップ(6×6)は目安であり、確定した結果ではありません。",
    },
    "frame": {"en": "{time} s, frame {frame}", "ja": "{time} 秒(フレーム {frame})"},
    "frame_loss": {
        "en": "its worst part costs {loss} MOS: {place}",
        "ja": "最も悪い部分による低下は MOS {loss}: {place}",
    },
    "frame_everywhere": {
        "en": "the whole picture: no part stands out",
        "ja": "画面全体: 特に目立つ部分はありません",
    },
    "frame_whole": {
        "en": "the whole picture, which costs {loss} MOS",
        "ja": "画面全体。低下は MOS {loss}",
    },
    "frame_even": {
        "en": "the model finds no part worse than the others",
        "ja": "モデルが他より悪いと判断した部分はありません",
    },
    "frame_alt": {
        "en": "Frame {frame} at {time} s under its heat map: {place}.",
        "ja": "{time} 秒のフレーム {frame} とヒートマップ: {place}。",
    },
    "place_whole": {"en": "over the whole picture", "ja": "画面全体"},
    # attributes
    "attributes": {"en": "Single qualities", "ja": "個別の品質"},
    "attributes_note": {
        "en": "Each on the scale of the score: higher is better. The small bars are how probable each label is.",
        "ja": "いずれもスコアと同じ尺度で、高いほど良い値です。小さな棒は各ラベルの確率です。",
    },
    "attributes_none": {
        "en": "This model tells no single qualities.",
        "ja": "このモデルは個別の品質を評価しません。",
    },
    "attribute": {"en": "quality", "ja": "項目"},
    "label": {"en": "label", "ja": "ラベル"},
    "distribution": {"en": "distribution", "ja": "分布"},
    "source": {"en": "remark", "ja": "備考"},
    "zero-shot": {"en": "zero-shot: the model was never taught it", "ja": "ゼロショット(モデルは未学習)"},
    "attribute_alt": {
        "en": "{name}: label {label} of {low} to {high}, 90% of its probability from {first} to {last}",
        "ja": "{name}: ラベル {label}({low}~{high})、確率の 90% は {first}~{last}",
    },
    # the score's own distribution
    "labels": {"en": "Probability of the labels, %", "ja": "ラベルの確率(%)"},
    "labels_alt": {
        "en": "Probability of each label from {low} to {high}: most at {peak}, 90% from {first} to {last}.",
        "ja": "{low}~{high} の各ラベルの確率。最大は {peak}、90% は {first}~{last}。",
    },
    "probability": {"en": "probability", "ja": "確率"},
    "labels_rest": {"en": "all others", "ja": "その他すべて"},
    # how it was made
    "made": {"en": "How it was made", "ja": "評価の方法"},
    "model": {"en": "Model", "ja": "モデル"},
    "file": {"en": "File", "ja": "ファイル"},
    "picture_size": {"en": "Picture", "ja": "映像"},
    "picture_facts": {
        "en": "{width} x {height}, {codec}, {fps} frames a second, {duration} s",
        "ja": "{width} x {height}、{codec}、{fps} fps、{duration} 秒",
    },
    "frames_of_score": {"en": "Frames of the score", "ja": "スコアに使ったフレーム"},
    "frames_list": {"en": "{count} of {total}, at {times} s", "ja": "{total} 枚中 {count} 枚({times} 秒)"},
    "frames_of_timeline": {"en": "Frames of the timeline", "ja": "時間変化に使ったフレーム"},
    "frames_count": {"en": "{count}, from {first} to {last} s", "ja": "{count} 枚({first}~{last} 秒)"},
    "text": {"en": "Rated against the text", "ja": "評価に使ったプロンプト"},
    "off_digit": {"en": "Share of the answer that was no label", "ja": "ラベル以外の答えの割合"},
    "rated_at": {"en": "Rated at", "ja": "評価日時"},
    "cost": {"en": "What it took", "ja": "計算量"},
    "cost_facts": {
        "en": "{passes} passes of {budget} allowed (one is the work of a plain score), {seconds} s of the model, "
        "{reading} s of reading",
        "ja": "上限 {budget} のうち {passes} パス(1 パスは通常のスコア 1 回分)、モデル {seconds} 秒、"
        "読み込み {reading} 秒",
    },
    "made_by": {
        "en": "Made on this computer by xl_vqa {version}.",
        "ja": "xl_vqa {version} がこのコンピューターで作成。",
    },
}

tr: Final = Table(TEXTS)
