"""What an explanation remarks, and why there is none: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "why_one_frame": {
        "en": "The video has one frame, so nothing can be said of time.",
        "ja": "フレームが 1 枚だけのため、時間による変化は説明できません。",
    },
    "why_still": {
        "en": "Nothing moves in the frames that were looked at: a picture that stands still and a frozen video "
        "look the same.",
        "ja": "確認したフレームでは何も動いていません。静止画と停止した映像は区別できません。",
    },
    "why_coarse": {
        "en": "The video is long: {looked} of {total} frames were looked at, {apart} s apart on average, so what "
        "is shorter may be missed.",
        "ja": "動画が長いため、{total} フレームのうち {looked} フレームを平均 {apart} 秒間隔で確認しました。"
        "それより短い変化は見落とすことがあります。",
    },
    "why_truncated": {
        "en": "The file is cut off or damaged: only what can be read of it is explained.",
        "ja": "ファイルが途中で切れているか破損しています。読み込めた部分だけを説明しています。",
    },
    "why_no_attributes": {
        "en": "This model was not taught single qualities: it is said when and where, but not what is wrong.",
        "ja": "このモデルは個別の品質を学習していないため、いつ、どこかは示せますが、何が悪いかは示せません。",
    },
    "why_no_place": {
        "en": "The model finds no part of the picture worse than the others.",
        "ja": "モデルが映像の他の部分より悪いと判断した部分はありません。",
    },
    "why_change_unminded": {
        "en": "From {start} to {end} s the picture changes and changes back, and the model hardly minds. "
        "Look there: it may be a fault that the score does not show.",
        "ja": "{start}~{end} 秒で映像が変化して元に戻りますが、モデルの評価にはほとんど影響していません。"
        "スコアに表れない不具合の可能性があるため、ご確認ください。",
    },
    "why_place_untold": {
        "en": "The scene moves too little to tell a fault that stays in one place from the scene itself.",
        "ja": "映像の動きが少ないため、同じ位置に続く不具合か、もともとの被写体かを区別できません。",
    },
    "why_outside": {
        "en": "The model gives {share} of its probability to what is no label, so this explanation may mean "
        "little.",
        "ja": "ラベル外確率が {share} あるため、この説明はあまり当てにならないことがあります。",
    },
}
