"""What is wrong with a workbook's file, inside its errors' sentences. Standard library only."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "workbook_zip_header": {
        "en": "the zip header of {part} is damaged",
        "ja": "{part} の ZIP ヘッダーが破損しています",
    },
    "workbook_empty": {
        "en": "it is empty (0 bytes)",
        "ja": "ファイルが空(0 バイト)です",
    },
    "workbook_not_zip": {
        "en": "it is not a zip file",
        "ja": "ZIP 形式のファイルではありません",
    },
    "workbook_no_types": {
        "en": "[Content_Types].xml is missing",
        "ja": "[Content_Types].xml がありません",
    },
    "workbook_part_missing": {
        "en": "{part} is missing",
        "ja": "{part} がありません",
    },
    "workbook_part_size": {
        "en": "{part} is too large ({mib} MiB)",
        "ja": "{part} が大きすぎます({mib} MiB)",
    },
    "workbook_doctype": {
        "en": "{part} has a DOCTYPE, which the format forbids",
        "ja": "{part} に DOCTYPE 宣言があります",
    },
    "part_says": {
        "en": "{part}: {detail}",
        "ja": "{part}: {detail}",
    },
    "workbook_self_check": {
        "en": "{part} was not found as it was written",
        "ja": "書き込み後の検査で {part} に不一致が見つかりました",
    },
    "workbook_rows_limit": {
        "en": "{rows} rows, and a sheet holds {limit}",
        "ja": "{rows} 行あり、シートの上限 {limit} 行を超えています",
    },
    "workbook_columns_limit": {
        "en": "the sheet {sheet} is used up to the last column {column}, so results have no room",
        "ja": "シート「{sheet}」は最後の列 {column} まで使われており、結果を書き込む列がありません",
    },
    "workbook_no_index": {
        "en": "workbook.xml is missing",
        "ja": "workbook.xml がありません",
    },
    "workbook_no_worksheet": {
        "en": "it has no worksheet",
        "ja": "ワークシートがありません",
    },
    "workbook_no_rows_part": {
        "en": "{part} has no sheetData",
        "ja": "{part} に sheetData がありません",
    },
}
