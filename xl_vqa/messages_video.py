"""What people read about videos whose pictures need a word, in English and Japanese. Standard library only."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "warning_interlaced": {
        "en": "The video is interlaced. It was rated with both fields woven into one picture, so moving edges are "
        "combed; deinterlace it first if people will see it deinterlaced.",
        "ja": "インターレース映像です。2 つのフィールドを 1 枚に合わせて評価したため、動く輪郭に櫛状の縞が"
        "含まれます。視聴時にデインターレースされる場合は、先に変換してください。",
    },
    "warning_hdr": {
        "en": "The video is HDR. It was rated as an ordinary (SDR) screen shows it, by tone mapping.",
        "ja": "HDR 映像です。トーンマッピングにより、通常の(SDR)画面での見え方に変換して評価しました。",
    },
}
