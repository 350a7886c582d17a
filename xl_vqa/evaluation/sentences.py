"""What people read of evaluations: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "evaluation_error": {
        "en": "The evaluation cannot be done: {problem}.",
        "ja": "評価を実行できません: {problem}。",
    },
    "evaluation_file": {
        "en": "The table {path} cannot be read: {problem}. Give a .csv, .json or .xlsx file: scores as "
        "'xl-vqa score -o' writes them, or the manifest of 'xl-vqa labels prepare'.",
        "ja": "表 {path} を読み込めません: {problem}。.csv、.json、.xlsx などのファイルを指定してください"
        "('xl-vqa score -o' が出力するスコア、または 'xl-vqa labels prepare' のマニフェスト)。",
    },
    "evaluation_column": {
        "en": "{path} has no column {column}. Its columns are: {columns}.",
        "ja": "{path} に列 {column} がありません。列の一覧: {columns}。",
    },
    "evaluation_option": {
        "en": "The option {source} cannot be used: {problem}.",
        "ja": "オプション {source} を使用できません: {problem}。",
    },
    "evaluation_unclear": {
        "en": "{problem} ({path}). Nothing was evaluated. Run the line that is meant:\n{commands}",
        "ja": "{problem}({path})。まだ何も評価していません。正しい方のコマンドを実行してください:\n{commands}",
    },
    "evaluation_no_scores": {
        "en": "Not one prediction for the videos of the split '{source}' can be counted: {count} are an error or "
        "no number. The first: {path}: {problem}. Write plain numbers into the column of scores.",
        "ja": "分割「{source}」の動画の予測はどれも使用できません。{count} 件がエラーまたは数値以外です。最初の"
        "例: {path}: {problem}。スコアの列には数値だけを記入してください。",
    },
    "evaluation_no_videos": {
        "en": "Not one video of the split '{source}' has both a score by people and a prediction ({count} rows in "
        "the manifest). Check that both files name the same videos, and --split.",
        "ja": "分割「{source}」には、人のスコアと予測の両方がある動画が 1 本もありません(マニフェスト {count} "
        "行)。両方のファイルが同じ動画を指しているか、--split の指定をご確認ください。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "unclear_prediction_direction": {
        "en": "Nothing says whether higher or lower is better in the column {column}",
        "ja": "列 {column} の値は、高いほど良いのか低いほど良いのか分かりません",
    },
    "unclear_prediction_direction_order": {
        "en": "Nothing says whether higher or lower is better in the column {column}. Its rank correlation with "
        "people's scores is {order}, so the first line is the likelier one",
        "ja": "列 {column} の値は、高いほど良いのか低いほど良いのか分かりません。人のスコアとの順位相関は "
        "{order} の"
        "ため、1 行目の可能性が高いと思われます",
    },
    "unclear_prediction_column": {
        "en": "Several columns hold numbers ({columns}), and none of them is known to be the score",
        "ja": "数値の列が複数あり({columns})、どれがスコアか分かりません",
    },
    "unclear_prediction_scale": {
        "en": "The predictions ({column}) stay within {low} to {high}, while people's scores go far "
        "beyond: they may "
        "be of a scale of their own",
        "ja": "予測({column})は {low}～{high} に収まっていますが、人のスコアはその範囲を大きく超えています。"
        "予測の尺度が異なる可能性があります",
    },
    "unclear_manifest_scale": {
        "en": "People's scores run from {low} to {high}, and nothing says on which scale they were given",
        "ja": "人のスコアは {low}～{high} ですが、どの尺度で評価したのか分かりません",
    },
    "no_such_predictor": {
        "en": "no file and no column of this evaluation has that name",
        "ja": "その名前のファイルも列も、この評価にはありません",
    },
    "band_thresholds_wrong": {
        "en": "band thresholds {values}",
        "ja": "評価区分のしきい値 {values} を使用できません",
    },
}
