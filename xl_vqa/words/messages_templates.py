"""What people read about errors of the template workbooks and reports, in English and Japanese."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "workbook_template": {
        "en": "{path} was not made from a template of xl-vqa. Make one with 'xl-vqa workbook new', or rate the "
        "videos of any other workbook with 'xl-vqa score-workbook'.",
        "ja": "{path} は xl-vqa のテンプレートから作成されたブックではありません。"
        "「xl-vqa workbook new」で作成するか、"
        "他のブックの動画は「xl-vqa score-workbook」で評価してください。",
    },
    "workbook_labels": {
        "en": "{path} collects people's scores and has no AI columns: raters must not see what the model "
        "thinks. Make labels of it with 'xl-vqa labels prepare'.",
        "ja": "{path} は人の評価を集めるブックで、AI の列はありません"
        "(評価者がモデルの評価を見ないようにするため)。"
        "「xl-vqa labels prepare」でラベルを作成してください。",
    },
    "workbook_uncomputed": {
        "en": "The formulas of {path} have not been computed. Open it in Excel or LibreOffice, save it once, and "
        "try again; where LibreOffice is installed this happens by itself.",
        "ja": "{path} の数式が計算されていません。Excel か LibreOffice で開いて一度保存してから、"
        "もう一度お試しください。"
        "LibreOffice がインストールされていれば自動的に計算されます。",
    },
    "office_missing": {
        "en": "A PDF needs LibreOffice, which is not installed here. Install it from libreoffice.org, write "
        "{alternative} instead, or print the workbook from Excel.",
        "ja": "PDF の作成には LibreOffice が必要ですが、インストールされていません。libreoffice.org から"
        "インストールするか、代わりに {alternative} を作成するか、Excel から印刷してください。",
    },
    "office_failed": {
        "en": "LibreOffice could not convert {path}: {problem}. Open the file in it to see whether it is damaged.",
        "ja": "LibreOffice で {path} を変換できませんでした: {problem}。"
        "ファイルが破損していないか、開いてご確認ください。",
    },
}
