"""The particulars inside an error's sentence, in English and Japanese.

An error whose ``problem`` parameter is one of these keys shows the phrase in the reader's language instead
of an English fragment inside a Japanese sentence. Fields such as ``{width}`` are the error's own parameters.
Standard library only.
"""

from __future__ import annotations

from typing import Final

from xl_vqa.words.messages_ratings import PROBLEMS as RATINGS_PROBLEMS
from xl_vqa.words.problems_host import PROBLEMS as HOST_PROBLEMS
from xl_vqa.words.problems_labels import PROBLEMS as LABEL_PROBLEMS
from xl_vqa.words.problems_model import PROBLEMS as MODEL_PROBLEMS
from xl_vqa.words.problems_ratings import PROBLEMS as RATING_TABLE_PROBLEMS
from xl_vqa.words.problems_setup import FOLDER_PROBLEMS, SETTINGS_PROBLEMS
from xl_vqa.words.problems_spreadsheets import PROBLEMS as SPREADSHEET_PROBLEMS
from xl_vqa.words.problems_training import PROBLEMS as TRAINING_PROBLEMS
from xl_vqa.words.problems_workbooks import PROBLEMS as WORKBOOK_PROBLEMS

PROBLEMS: Final[dict[str, dict[str, str]]] = {
    # what the path leads to
    "problem_folder": {"en": "it is a folder", "ja": "フォルダーです"},
    "problem_not_a_file": {"en": "it is a device or a pipe, not a file", "ja": "通常のファイルではありません"},
    "problem_no_permission": {"en": "you have no permission to read it", "ja": "読み取り権限がありません"},
    "problem_locked": {"en": "another program has locked it", "ja": "他のプログラムがロックしています"},
    "problem_path_too_long": {"en": "its path is too long for this system", "ja": "パスが長すぎます"},
    "problem_drive": {
        "en": "the drive or network reported an error ({detail})",
        "ja": "ドライブまたはネットワークでエラーが発生しました({detail})",
    },
    # not a video
    "problem_still_image": {
        "en": "it is a picture that is damaged or of a kind that cannot be read here",
        "ja": "破損しているか、ここでは読み込めない形式の画像です",
    },
    "problem_text": {"en": "it is a text file", "ja": "テキストファイルです"},
    "problem_office": {
        "en": "it is an Office document or another zip archive",
        "ja": "Office 文書または ZIP ファイルです",
    },
    "problem_old_office": {"en": "it is an older Office document", "ja": "旧形式の Office 文書です"},
    "problem_pdf": {"en": "it is a PDF document", "ja": "PDF 文書です"},
    "problem_archive": {"en": "it is a compressed archive", "ja": "圧縮ファイルです"},
    "problem_program": {"en": "it is a program", "ja": "プログラムファイルです"},
    "problem_playlist": {
        "en": "it is a playlist that only points at other files",
        "ja": "他のファイルを参照するプレイリストです",
    },
    "problem_raw": {
        "en": "it is raw video, which does not say how large its pictures are; convert it, giving the size, for "
        "example: ffmpeg -f rawvideo -video_size 1920x1080 -framerate 30 -i IN.yuv OUT.y4m",
        "ja": "画面サイズの情報がない RAW 動画です。サイズを指定して変換してください。例: ffmpeg -f rawvideo "
        "-video_size 1920x1080 -framerate 30 -i 入力.yuv 出力.y4m",
    },
    "problem_unknown_format": {
        "en": "its content is in no video format that is known here",
        "ja": "対応している動画形式ではありません",
    },
    # cut off or damaged
    "problem_no_index": {
        "en": "the list of its pictures is missing, as when a recording or a copy was not finished",
        "ja": "映像の索引がありません(録画またはコピーが完了していない可能性があります)",
    },
    "problem_zeros": {
        "en": "it contains only zeros, as when a copy was not finished",
        "ja": "中身がすべてゼロです(コピーが完了していない可能性があります)",
    },
    "problem_no_pictures": {
        "en": "not a single picture could be read from it",
        "ja": "映像を 1 枚も読み取れません",
    },
    "problem_header": {"en": "its beginning is damaged", "ja": "ファイルの先頭部分が破損しています"},
    # whole, but not readable here
    "problem_codec": {
        "en": "there is no decoder for its format ({detail})",
        "ja": "形式({detail})のデコーダーがありません",
    },
    "problem_protected": {"en": "it is copy-protected", "ja": "コピー防止で保護されています"},
    "problem_decoder": {
        "en": "its pictures cannot be decoded ({detail})",
        "ja": "映像をデコードできません({detail})",
    },
    # the process that reads it
    "problem_reader_signal": {
        "en": "it crashed the program that reads it ({signal})",
        "ja": "読み込み用のプログラムが異常終了しました({signal})",
    },
    "problem_reader_gone": {
        "en": "the program that reads it was ended {times} times",
        "ja": "読み込み用のプログラムが {times} 回終了しました",
    },
    "problem_reader_answer": {
        "en": "the program that reads it gave no proper answer",
        "ja": "読み込み用のプログラムから正しい応答がありませんでした",
    },
    "problem_model_crashes": {
        "en": "the scoring host crashed {times} times while the model looked at it",
        "ja": "モデルによる評価中にスコアリングホストが {times} 回異常終了しました",
    },
    "problem_out_of_memory": {"en": "there was not enough memory", "ja": "メモリが不足しています"},
    # too large
    "problem_picture_size": {
        "en": "its picture has {width} x {height} pixels ({megapixels} million), and at most {limit} million can "
        "be read",
        "ja": "画面サイズが {width} x {height}({megapixels} メガピクセル)で、上限の {limit} メガピクセルを"
        "超えています",
    },
    "problem_frames_memory": {
        "en": "{count} frames of {width} x {height} pixels need {needed} MiB of memory, and {limit} MiB are "
        "allowed",
        "ja": "{width} x {height} のフレーム {count} 枚に {needed} MiB のメモリが必要で、上限の {limit} MiB を"
        "超えています",
    },
    # files that cannot be written
    "problem_disk_full": {
        "en": "there is no room left on the drive (disk full, quota, or the largest size of a file)",
        "ja": "ドライブの空き容量が足りません(容量不足、割り当て制限、またはファイルサイズの上限)",
    },
    "problem_read_only_drive": {"en": "the drive is read-only", "ja": "ドライブが読み取り専用です"},
    "problem_no_write_permission": {
        "en": "you have no permission to write there",
        "ja": "書き込み権限がありません",
    },
    "problem_write_protected": {"en": "the file is write-protected", "ja": "ファイルが書き込み禁止になっています"},
    "problem_no_such_folder": {"en": "there is no such folder", "ja": "フォルダーがありません"},
    "problem_no_model_folder": {
        "en": "there is no such folder, and no model of the hub is called so that could be used here "
        "(such as Qwen/Qwen2.5-VL-7B-Instruct)",
        "ja": "フォルダーがなく、使用できるハブのモデル名(Qwen/Qwen2.5-VL-7B-Instruct など)でもありません",
    },
    # selections in a sheet
    "problem_no_videos_selected": {
        "en": "the selection contains no path of a video. Select the cells with the paths",
        "ja": "選択範囲に動画のパスがありません。パスの入ったセルを選択してください",
    },
    "problem_no_table": {
        "en": "the active cell lies in no table. Click into the table first",
        "ja": "アクティブセルがテーブル内にありません。先にテーブル内のセルをクリックしてください",
    },
    "problem_no_cells_selected": {
        "en": "no cells are selected, but a picture or chart. Select the cells with the paths",
        "ja": "セルではなく図やグラフが選択されています。パスの入ったセルを選択してください",
    },
    "problem_sheet_protected": {
        "en": "the sheet is protected. Unprotect it first (in Excel: Review > Unprotect Sheet; in Calc: Tools > "
        "Protect Sheet)",
        "ja": "シートが保護されています。先に保護を解除してください(Excel: [校閲] > [シート保護の解除]、"
        "Calc: [ツール] > [シートの保護])",
    },
    "problem_no_room": {
        "en": "there are no free columns to the right of the list. Move the list",
        "ja": "リストの右側に空き列がありません。リストを移動してください",
    },
    "problem_no_video_in_row": {
        "en": "the active row has no path of a video. Click on a row with one",
        "ja": "アクティブな行に動画のパスがありません。パスのある行をクリックしてください",
    },
    # the Excel add-in
    "problem_code_page": {
        "en": "Excel's macros cannot name a path with {text}, which is not in this Windows' code page; install "
        "xl_vqa's Python into a folder whose path is without it",
        "ja": "パスに含まれる {text} はこの Windows のコードページにないため、Excel のマクロで使用できません。"
        "この文字を含まないパスのフォルダーに xl_vqa の Python をインストールしてください",
    },
    # the LibreOffice extension
    "problem_no_libreoffice": {
        "en": "LibreOffice was not found; install it, or name its program folder in XL_VQA_LIBREOFFICE",
        "ja": "LibreOffice が見つかりません。インストールするか、プログラムのフォルダーを XL_VQA_LIBREOFFICE に"
        "指定してください",
    },
    "problem_not_listed": {
        "en": "LibreOffice does not list it; close every LibreOffice window and try again",
        "ja": "LibreOffice に登録されませんでした。LibreOffice をすべて閉じてから、もう一度お試しください",
    },
    "problem_no_python": {
        "en": "the extension does not know the Python that xl_vqa is installed in; run: xl-vqa calc install",
        "ja": "xl_vqa をインストールした Python が不明です。xl-vqa calc install を実行してください",
    },
    # tables
    "problem_no_such_file": {"en": "there is no such file", "ja": "ファイルがありません"},
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
    "problem_no_sheets": {"en": "none, it is a text file", "ja": "なし(テキストファイル)"},
    "problem_not_a_table": {"en": "it is no table of text", "ja": "テキスト形式の表ではありません"},
    "problem_costs": {
        "en": "costs must be 0 or more, and not both 0",
        "ja": "費用は 0 以上とし、両方を 0 にはできません",
    },
}
PROBLEMS.update(RATINGS_PROBLEMS)
PROBLEMS.update(MODEL_PROBLEMS)
PROBLEMS.update(FOLDER_PROBLEMS)
PROBLEMS.update(SETTINGS_PROBLEMS)
PROBLEMS.update(HOST_PROBLEMS)
PROBLEMS.update(WORKBOOK_PROBLEMS)
PROBLEMS.update(SPREADSHEET_PROBLEMS)
PROBLEMS.update(RATING_TABLE_PROBLEMS)
PROBLEMS.update(LABEL_PROBLEMS)
PROBLEMS.update(TRAINING_PROBLEMS)
