"""What hinders a training, inside its errors' sentences. Standard library only."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final[dict[str, dict[str, str]]] = {
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
