"""What is wrong with ratings, manifests and the options for them, inside their errors' sentences."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "no_such_column": {
        "en": "there is no column {column}; the columns are: {known}",
        "ja": "列 {column} がありません。列の一覧: {known}",
    },
    "row_split_unknown": {
        "en": "row {row}: split is {value}, not {known}",
        "ja": "{row} 行目: split の値 {value} は使用できません({known} のいずれか)",
    },
    "columns_missing": {
        "en": "it has no column {columns}",
        "ja": "列 {columns} がありません",
    },
    "problem_no_data_rows": {
        "en": "it has no rows",
        "ja": "データ行がありません",
    },
    "row_incomplete": {
        "en": "row {row}: split is {split}, but video or label is missing",
        "ja": "{row} 行目: split が {split} ですが、動画またはラベルがありません",
    },
    "no_such_part": {
        "en": "there is no part called {part}",
        "ja": "{part} という分割はありません",
    },
    "row_not_number": {
        "en": "row {row}: {column} is {value}, not a number",
        "ja": "{row} 行目: {column} の値 {value} が数値ではありません",
    },
    "row_not_whole": {
        "en": "row {row}: {column} is {value}, not a whole number",
        "ja": "{row} 行目: {column} の値 {value} が整数ではありません",
    },
    "option_own_screening": {
        "en": "it holds its own screening and correction; leave out --reject-outliers and --rater-correction",
        "ja": "独自の外れ値処理と補正を含むため、--reject-outliers と --rater-correction を外してください",
    },
    "no_such_folder_named": {
        "en": "there is no folder {folder}",
        "ja": "フォルダー {folder} がありません",
    },
    "option_one_of": {
        "en": "it must be one of {known}, not {value}",
        "ja": "{known} のいずれかを指定してください(指定値: {value})",
    },
    "no_such_quality": {
        "en": "there is no quality {quality}; there are: {known}",
        "ja": "品質項目 {quality} がありません。項目の一覧: {known}",
    },
    "option_form": {
        "en": "the form must be one of {known}, not {value}",
        "ja": "表の形式は {known} のいずれかを指定してください(指定値: {value})",
    },
    "no_such_rater": {
        "en": "there is no rater {rater}; the raters are: {known}",
        "ja": "評価者 {rater} がいません。評価者の一覧: {known}",
    },
    "form_votes_headers": {
        "en": "the headers of three columns or more must be the scores voted for, such as 1, 2, 3, 4, 5",
        "ja": "投票された点数(1、2、3、4、5 など)を見出しに持つ列が 3 列以上必要です",
    },
    "no_qualities": {
        "en": "no columns, and no column of names, were taken for qualities",
        "ja": "品質項目の列も、項目名の列も見つかりません",
    },
    "videos_in_headers": {
        "en": "the videos stand in row {row}, in the headers of {count} columns, and column {column} names the "
        "people; leave the option out",
        "ja": "動画は {row} 行目の見出し({count} 列)にあり、{column} 列は評価者の名前です。"
        "このオプションを外してください",
    },
    "map_empty": {
        "en": "it is empty",
        "ja": "指定が空です",
    },
    "map_unlike": {
        "en": "{part} is not like ◎=5",
        "ja": "{part} は「◎=5」の形になっていません",
    },
    "map_no_number": {
        "en": "{value} in {part} is no number",
        "ja": "{part} の {value} は数値ではありません",
    },
    "shares_sum": {
        "en": "the shares {shares} do not add up to 1",
        "ja": "割合 {shares} の合計が 1 になっていません",
    },
    "shares_training": {
        "en": "the training share must be above 0",
        "ja": "学習用の割合は 0 より大きくしてください",
    },
    "shares_unlike": {
        "en": "{value} is not like 80/10/10",
        "ja": "{value} は 80/10/10 の形になっていません",
    },
    "shares_percent": {
        "en": "{value} adds up to {total}, not to 100",
        "ja": "{value} の合計が {total} で、100 になっていません",
    },
    "ends_csv": {
        "en": "a manifest must end in .csv",
        "ja": "マニフェストのファイル名は .csv で終わる必要があります",
    },
    "ends_html": {
        "en": "a report must end in .html",
        "ja": "レポートのファイル名は .html で終わる必要があります",
    },
    "ratings_themselves": {
        "en": "these are the ratings themselves",
        "ja": "評価データのファイル自体です",
    },
    "scale_unlike": {
        "en": "--scale must be like 1,5,10,50, not {value}",
        "ja": "--scale は 1,5,10,50 の形で指定してください(指定値: {value})",
    },
    "band_thresholds_wrong": {
        "en": "band thresholds {values}",
        "ja": "区分のしきい値 {values} を使用できません",
    },
    "row_label_other": {
        "en": "row {row}: MOS {mos} has the label {label}, but on the scale {scale} ({rounding}) it is {expected}",
        "ja": "{row} 行目: MOS {mos} のラベルが {label} ですが、尺度 {scale}({rounding})では {expected} です",
    },
    "row_label_outside": {
        "en": "row {row}: MOS {mos} has the label {label}, but on the scale {scale} ({rounding}) it is outside",
        "ja": "{row} 行目: MOS {mos} のラベルが {label} ですが、尺度 {scale}({rounding})の範囲外です",
    },
    "output_exists": {
        "en": "it exists already (--force)",
        "ja": "既に存在します(--force で上書き)",
    },
}
