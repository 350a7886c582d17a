"""What people read of workbooks: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "workbook_error": {
        "en": "The workbook {path} cannot be processed: {problem}.",
        "ja": "ブック {path} を処理できません: {problem}。",
    },
    "workbook_unreadable": {
        "en": "The workbook {path} cannot be read: {problem}. Check that it is an .xlsx or .xlsm file "
        "without a password.",
        "ja": "ブック {path} を読み込めません: {problem}。パスワードのない .xlsx または .xlsm "
        "ファイルかご確認ください。",
    },
    "workbook_locked": {
        "en": "The workbook {path} is open in another program. Close it there and try again; "
        "finished ratings are kept.",
        "ja": "ブック {path} は他のプログラムで開かれています。閉じてからもう一度お試しください。"
        "評価済みの結果は保存されています。",
    },
    "workbook_not_found": {
        "en": "There is no workbook at {path}. Check the path.",
        "ja": "ブック {path} が見つかりません。パスをご確認ください。",
    },
    "workbook_format": {
        "en": "{path} is {format}, and an Excel workbook (.xlsx) is needed here. Open it in Excel or LibreOffice, "
        "save it as .xlsx and use that file.",
        "ja": "{path} は {format} です。ここでは Excel ブック(.xlsx)が必要です。Excel または LibreOffice で開き、"
        ".xlsx 形式で保存したファイルを指定してください。",
    },
    "workbook_password": {
        "en": "The workbook {path} is encrypted with a password. Remove the password (File > Info > Protect "
        "Workbook) and try again.",
        "ja": "ブック {path} はパスワードで暗号化されています。[ファイル] > [情報] > [ブックの保護] で"
        "パスワードを解除してから、もう一度お試しください。",
    },
    "workbook_owned": {
        "en": "The workbook {path} is open in another program ({holder}). Close it there and try again; finished "
        "ratings are kept. If nobody has it open, delete the leftover file {lock_file}.",
        "ja": "ブック {path} は他のプログラムで開かれています({holder})。閉じてからもう一度お試しください。"
        "評価済みの結果は保存されています。誰も開いていない場合は、残っているファイル {lock_file} を"
        "削除してください。",
    },
    "workbook_changed": {
        "en": "The workbook {path} was saved by another program just now, and nothing was written over it. Run "
        "the same again; finished ratings are kept.",
        "ja": "ブック {path} が他のプログラムで保存されたため、上書きしませんでした。もう一度実行してください。"
        "評価済みの結果は保存されています。",
    },
    "workbook_protected": {
        "en": "The sheet {sheet} of {path} is protected. Unprotect it (Review > Unprotect Sheet), or write the "
        "scores into a copy with -o.",
        "ja": "{path} のシート「{sheet}」は保護されています。[校閲] > [シート保護の解除] で解除するか、"
        "-o で別のファイルに書き込んでください。",
    },
    "workbook_sheet": {
        "en": "{path} has no worksheet {sheet}. Its worksheets are: {sheets}.",
        "ja": "{path} にワークシート「{sheet}」がありません。ワークシート: {sheets}。",
    },
    "workbook_column": {
        "en": "No column with video paths was found in {path}: {problem}. Name it with --column.",
        "ja": "{path} に動画パスの列が見つかりません: {problem}。--column で列を指定してください。",
    },
    "workbook_no_video_column": {
        "en": "No column with video paths was found in {path}: no header such as video or path, and no cells such "
        "as clip.mp4. Name the column with --column, for example --column B.",
        "ja": "{path} に動画パスの列が見つかりません(「動画」「パス」などの見出しも、clip.mp4 のようなセルも"
        "ありません)。--column B のように列を指定してください。",
    },
    "workbook_column_missing": {
        "en": "The sheet {sheet} of {path} has no column {column} with values. Its columns are: {columns}.",
        "ja": "{path} のシート「{sheet}」に、値の入った列「{column}」がありません。列: {columns}。",
    },
    "workbook_column_ambiguous": {
        "en": "Several columns of {path} hold video paths: {columns}. Name the one to score with --column.",
        "ja": "{path} には動画パスの列が複数あります: {columns}。評価する列を --column で指定してください。",
    },
    "workbook_cell": {
        "en": "Cell {cell} of {path} holds {value}, which is no video path. Write the path of a video file there.",
        "ja": "{path} のセル {cell} の値「{value}」は動画のパスではありません。動画ファイルのパスを入力して"
        "ください。",
    },
    "workbook_formula": {
        "en": "Cell {cell} of {path} holds a formula whose result is not stored. Open the workbook in Excel, save "
        "it and try again.",
        "ja": "{path} のセル {cell} の数式には計算結果が保存されていません。Excel で開いて保存してから、"
        "もう一度お試しください。",
    },
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

PHRASES: Final[dict[str, dict[str, str]]] = {
    "workbook_zip_header": {
        "en": "the zip header of {part} is damaged",
        "ja": "{part} の ZIP ヘッダーが破損しています",
    },
    "workbook_damaged": {
        "en": "it is damaged or was not copied whole",
        "ja": "破損しているか、コピーやダウンロードが途中で終わっています",
    },
    "workbook_not_zip": {
        "en": "it is not a zip file",
        "ja": "ZIP 形式のファイルではありません",
    },
    "workbook_no_types": {
        "en": "[Content_Types].xml is missing",
        "ja": "[Content_Types].xml がありません",
    },
    "workbook_part_size": {
        "en": "{part} is too large ({mib} MiB)",
        "ja": "{part} が大きすぎます({mib} MiB)",
    },
    "workbook_doctype": {
        "en": "{part} has a DOCTYPE, which the format forbids",
        "ja": "{part} に DOCTYPE 宣言があります",
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
