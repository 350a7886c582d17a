"""Words of ``xl-vqa calc`` in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "plan_build": {
        "en": "build the extension for the Python {python}",
        "ja": "Python {python} 用の拡張機能を作成します",
    },
    "written": {"en": "Written to {path}", "ja": "{path} に書き込みました"},
    "installed": {
        "en": "The extension is installed. Start LibreOffice Calc: there is a menu Video quality.",
        "ja": "拡張機能をインストールしました。LibreOffice Calc を起動すると「動画品質」メニューが表示されます。",
    },
    "removed": {"en": "The extension was removed.", "ja": "拡張機能を削除しました。"},
    "is_installed": {"en": "LibreOffice has the extension.", "ja": "LibreOffice に拡張機能が登録されています。"},
    "not_installed": {
        "en": "LibreOffice does not have the extension.",
        "ja": "LibreOffice に拡張機能が登録されていません。",
    },
    "repaired": {"en": "{path}: {count} formulas repaired", "ja": "{path}: {count} 個の数式を修復しました"},
}

tr: Final = Table(TEXTS)
