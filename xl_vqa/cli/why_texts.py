"""Words of ``xl-vqa why`` in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "explaining": {"en": "Looking for the reasons (%)", "ja": "理由を調べています(%)"},
    "one_page": {
        "en": "-o writes the page of one clip; {count} were named. Name one, or leave -o out.",
        "ja": "-o で書き込むのは動画 1 本のページです({count} 本が指定されました)。1 本だけ指定するか、"
        "-o を省いてください。",
    },
    "video_beside": {
        "en": "The video is not in the page, which plays it from {path}.",
        "ja": "動画はページに含まれません。{path} から再生されます。",
    },
}

tr: Final = Table(TEXTS)
