"""What people read of the command line: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

PHRASES: Final[dict[str, dict[str, str]]] = {
    "given_table": {
        "en": "it is a table. To rate the videos that it lists, write --from {named}",
        "ja": "表です。表に書かれた動画を評価するには、--from {named} と指定してください",
    },
    "given_table_elsewhere": {
        "en": "it is a table. Name its videos instead, or a text file with one a line (@list.txt); a table is "
        "read by xl-vqa score --from {named}",
        "ja": "表です。動画そのものか、1 行に 1 本を書いたテキストファイル(@list.txt)を指定してください。"
        "表は xl-vqa score --from {named} で読み込めます",
    },
    "given_text": {
        "en": "it is a text file. If it lists videos, one a line, write @{named}",
        "ja": "テキストファイルです。1 行に 1 本の動画を書いたリストであれば、@{named} と指定してください",
    },
    "given_table_to_forget": {
        "en": "it is a table, of which only the corrections collected from it are removed. To forget the videos "
        "that it lists, save their column as a text file, one a line, and write @list.txt",
        "ja": "表です。削除されるのは、この表から収集した評価だけです。表に書かれた動画の情報を削除するには、"
        "動画の列を 1 行に 1 本のテキストファイルとして保存し、@list.txt のように指定してください",
    },
    "given_text_to_forget": {
        "en": "it is a text file. To forget the videos that it lists, one a line, write @{named}",
        "ja": "テキストファイルです。書かれた動画(1 行に 1 本)の情報を削除するには、@{named} と指定してください",
    },
    "given_folder_of_tables": {
        "en": "the folder holds no video, but the table {named}. To rate the videos that it lists, write "
        "xl-vqa score --from {named}",
        "ja": "フォルダーに動画はなく、表 {named} があります。表に書かれた動画を評価するには、"
        "xl-vqa score --from {named} と指定してください",
    },
    "problem_range": {
        "en": "it must be two different numbers, such as 1,5 or 100,0",
        "ja": "1,5 や 100,0 のように、異なる 2 つの数値で指定してください",
    },
    "problem_costs": {
        "en": "costs must be 0 or more, and not both 0",
        "ja": "費用は 0 以上とし、両方を 0 にはできません",
    },
    "ratings_themselves": {
        "en": "these are the ratings themselves",
        "ja": "評価データのファイル自体です",
    },
    "scale_unlike": {
        "en": "--scale must be like 1,5,10,50, not {value}",
        "ja": "--scale は 1,5,10,50 の形で指定してください(指定値: {value})",
    },
    "output_exists": {
        "en": "it exists already (--force)",
        "ja": "既に存在します(--force で上書き)",
    },
}
