"""What people read of evaluations: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "evaluation_error": {
        "en": "The evaluation cannot be done: {problem}.",
        "ja": "評価を実行できません: {problem}",
    },
    "evaluation_file": {
        "en": "The table {path} cannot be read: {problem}. Give a .csv, .json or .xlsx file, such as "
        "'xl-vqa score -o' writes.",
        "ja": "表 {path} を読み込めません: {problem}。'xl-vqa score -o' が出力する .csv、.json、.xlsx などの"
        "ファイルを指定してください。",
    },
    "evaluation_column": {
        "en": "{path} has no column {column}. Its columns are: {columns}.",
        "ja": "{path} に列 {column} がありません。列の一覧: {columns}。",
    },
    "evaluation_option": {
        "en": "The option {source} cannot be used: {problem}.",
        "ja": "オプション {source} を使用できません: {problem}",
    },
    "evaluation_no_videos": {
        "en": "Not one video of the split '{source}' has both a score by people and a prediction ({count} rows in "
        "the manifest). Check that both files name the same videos, and --split.",
        "ja": "分割「{source}」には、人のスコアと予測の両方がある動画が 1 本もありません(マニフェスト {count} "
        "行)。両方のファイルが同じ動画を指しているか、--split の指定をご確認ください。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "band_thresholds_wrong": {
        "en": "band thresholds {values}",
        "ja": "評価区分のしきい値 {values} を使用できません",
    },
}
