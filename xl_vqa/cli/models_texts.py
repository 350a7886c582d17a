"""Words of ``xl-vqa models``, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "name": {"en": "Name", "ja": "名前"},
    "labels": {"en": "Labels", "ja": "ラベル"},
    "folder": {"en": "Folder", "ja": "フォルダー"},
    "base": {"en": "On top of", "ja": "ベースモデル"},
    "serves": {"en": "* serves now", "ja": "* 現在使用中"},
    "added": {
        "en": "{name} was added ({folder}).",
        "ja": "{name} を登録しました({folder})。",
    },
    "activate_next": {
        "en": "Make it serve with: xl-vqa models activate {name}",
        "ja": "使用するには: xl-vqa models activate {name}",
    },
    "active": {
        "en": "{name} serves from the next rating on (written to {file}).",
        "ja": "次の評価から {name} を使用します({file} に書き込みました)。",
    },
    "removed": {
        "en": "{name} was forgotten; its files are still in {folder}.",
        "ja": "{name} の登録を解除しました。ファイルは {folder} に残っています。",
    },
}

tr: Final = Table(TEXTS)
