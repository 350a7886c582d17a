"""What people read of files that should be tables: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

PHRASES: Final[dict[str, dict[str, str]]] = {
    "problem_no_rows": {"en": "it has no rows below a header", "ja": "見出しの下にデータ行がありません"},
    "problem_not_json": {"en": "it is not valid JSON", "ja": "JSON として正しくありません"},
    "problem_not_json_rows": {
        "en": "it is JSON, but not a list of rows",
        "ja": "JSON ですが、行のリストではありません",
    },
    "problem_damaged_workbook": {
        "en": "the workbook is damaged or has a password",
        "ja": "ブックが破損しているか、パスワードで保護されています",
    },
    "problem_password": {"en": "the workbook has a password", "ja": "ブックがパスワードで保護されています"},
    "problem_too_many_rows": {
        "en": "it has more rows than a sheet can hold (1,048,576)",
        "ja": "行数がシートの上限(1,048,576 行)を超えています",
    },
    "problem_cut_decimals": {
        "en": "from row {detail} on, numbers with a decimal comma stand between commas without quotes, so that "
        "3,67 fell into two cells; separate the columns by semicolons",
        "ja": "{detail} 行目以降で、小数点のカンマと区切りのカンマが区別できず、3,67 のような数値が "
        "2 つのセルに分かれています。列の区切りをセミコロンにしてください",
    },
    "problem_not_a_table": {"en": "it is no table of text", "ja": "テキスト形式の表ではありません"},
}
