"""What people read of tables of ratings, manifests and their options: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "ratings_error": {
        "en": "The ratings in {path} cannot be used: {problem}.",
        "ja": "{path} の評価データを使用できません: {problem}。",
    },
    "ratings_not_found": {
        "en": "There is no file of ratings at {path}. Check the path and whether the drive is connected.",
        "ja": "評価データのファイル {path} が見つかりません。パスとドライブの接続をご確認ください。",
    },
    "ratings_unreadable": {
        "en": "The ratings in {path} cannot be read: {problem}. Save the table again as .xlsx or .csv and try "
        "that file.",
        "ja": "{path} の評価データを読み込めません: {problem}。.xlsx または .csv で保存し直してから、"
        "もう一度お試しください。",
    },
    "ratings_locked": {
        "en": "The file {path} cannot be opened: {problem}. Close it in other programs, check its permissions, "
        "and try again.",
        "ja": "ファイル {path} を開けません: {problem}。他のプログラムで閉じ、アクセス権を確認してから、"
        "もう一度お試しください。",
    },
    "ratings_encrypted": {
        "en": "The workbook {path} has a password. Save a copy without a password and use that.",
        "ja": "ブック {path} はパスワードで保護されています。パスワードなしのコピーを保存して使用してください。",
    },
    "ratings_empty": {
        "en": "There is no data in {path} ({source}). Choose the sheet with the ratings with --sheet, or another "
        "file.",
        "ja": "{path}({source})にデータがありません。--sheet で評価データのシートを指定するか、"
        "別のファイルを指定してください。",
    },
    "ratings_no_rows": {
        "en": "{path} ({source}) has headings, and no videos below them yet. Enter the videos and people's "
        "ratings (in a labelling workbook on the raters' sheets), save it, and try again; or choose another "
        "sheet with --sheet.",
        "ja": "{path}({source})には見出しだけがあり、動画がまだ入力されていません。動画と人の評価(ラベル付け"
        "ブックでは各評価者のシート)を入力して保存し、もう一度お試しください。別のシートは --sheet で"
        "指定できます。",
    },
    "ratings_template_empty": {
        "en": "{path} ({source}) has headings, and no videos below them yet. Enter the videos, and people's "
        "ratings in a column of their own, save it, and try again; or choose another sheet with --sheet.",
        "ja": "{path}({source})には見出しだけがあり、動画がまだ入力されていません。動画と、人の評価を専用の列に"
        "入力して保存し、もう一度お試しください。別のシートは --sheet で指定できます。",
    },
    "ratings_ours": {
        "en": "The scores in {path} ({source}) are this program's own and not people's ({columns}). Add a column "
        "with people's ratings; if a column is theirs all the same, name it with --score-column.",
        "ja": "{path}({source})の点数は人の評価ではなく、このプログラムが書き込んだものです({columns})。人の評価の"
        "列を追加してください。人が付けた点数の列であれば、--score-column で指定してください。",
    },
    "ratings_list_changed": {
        "en": "In {path} videos no longer stand beside the numbers that they had when people began to rate (list "
        "of videos, rows {first} to {last}), so scores may belong to other videos. Open it, undo what was sorted "
        "or put in, and save it. If only names were corrected or videos removed, enter {number} as closing number "
        "instead.",
        "ja": "{path} では、評価を始めた時と番号・動画の組み合わせが変わっています(動画一覧 {first}~{last} 行目)。"
        "評価が別の動画のものになっている可能性があります。ブックを開き、並べ替えや挿入を元に戻して保存してください。"
        "名前の修正や動画の削除だけであれば、代わりに確定番号として {number} を入力してください。",
    },
    "ratings_list_reopened": {
        "en": "In {path} people have rated, but the closing number of the list of videos is missing, and nobody "
        "can tell whose scores they are. Open it, put back the number that stood there, and save it.",
        "ja": "{path} には評価が入力されていますが、動画一覧の確定番号がないため、どの動画の評価か分かりません。"
        "ブックを開き、元の確定番号を入力して保存してください。",
    },
    "ratings_sheet": {
        "en": "{path} has no sheet called {source}. It has: {problem}.",
        "ja": "{path} に {source} というシートはありません。シート一覧: {problem}。",
    },
    "ratings_option": {
        "en": "The option {source} cannot be used with {path}: {problem}.",
        "ja": "{path} にオプション {source} を使用できません: {problem}。",
    },
    "ratings_video_column": {
        "en": "No column with videos was found in {path} ({source}). The columns are: {problem}. "
        "Name the right one with --video-column.",
        "ja": "{path}({source})に動画の列が見つかりません。列の一覧: {problem}。"
        "--video-column で列を指定してください。",
    },
    "ratings_score_column": {
        "en": "No column with scores was found in {path} ({source}). The columns are: {problem}. "
        "Name them with --score-column.",
        "ja": "{path}({source})に点数の列が見つかりません。列の一覧: {problem}。"
        "--score-column で列を指定してください。",
    },
    "ratings_uncalculated": {
        "en": "No videos with scores were found in {path}, and {count} formulas in it hold no result. Open the "
        "workbook in Excel or LibreOffice, save it once, and try again.",
        "ja": "{path} に動画と点数が見つかりません。計算結果が保存されていない数式が {count} 個あります。"
        "Excel または LibreOffice で開いて一度保存してから、もう一度お試しください。",
    },
    "ratings_comparisons": {
        "en": "{path} ({source}) compares videos with each other ({columns}); which of two is preferred is no "
        "score of either. Let people rate each video by itself, or compute a score per video from the "
        "comparisons (Bradley-Terry) and give these. If only one column holds what was rated, name it with "
        "--video-column.",
        "ja": "{path}({source})は動画どうしの比較({columns})で、各動画の点数ではありません。"
        "動画を 1 本ずつ評価するか、比較結果から動画ごとの点数(Bradley-Terry モデルなど)を計算した表を"
        "指定してください。評価した動画の列が 1 列だけの場合は、--video-column で指定してください。",
    },
    "ratings_no_scores": {
        "en": "None of the {count} rows of {path} has a score that can be used. The problem column of the "
        "manifest says why, row by row. If the cells hold formulas, open the workbook in Excel and save it once.",
        "ja": "{path} の {count} 行のいずれにも、使用できる点数がありません。理由はマニフェストの problem 列に"
        "行ごとに記載しています。セルが数式の場合は、Excel で開いて一度保存してください。",
    },
    "ratings_one_label": {
        "en": "All {count} usable rows of {path} have the same label {source}, so there is nothing to learn from. "
        "Check the score column and --scale.",
        "ja": "{path} の有効な {count} 行がすべて同じラベル {source} のため、学習できません。点数の列と "
        "--scale をご確認ください。",
    },
    "ratings_no_videos": {
        "en": "None of the {count} videos named in {path} was found, looking in {source}. Give the folder of the "
        "videos with --videos-folder, or --no-check-videos to prepare labels without them.",
        "ja": "{path} に書かれた動画 {count} 本がいずれも見つかりません(検索先: {source})。"
        "--videos-folder で動画のフォルダーを指定するか、動画なしで準備する場合は "
        "--no-check-videos を付けてください。",
    },
    "manifest_error": {
        "en": "The manifest {path} cannot be used: {problem}. Write it again with 'xl-vqa labels prepare'.",
        "ja": "マニフェスト {path} を使用できません: {problem}。'xl-vqa labels prepare' で作成し直してください。",
    },
    "ratings_unclear": {
        "en": "{problem}. Nothing was computed from {path}. Run the line that is meant:\n{commands}",
        "ja": "{problem}。{path} からはまだ何も計算していません。"
        "正しい方のコマンドを実行してください:\n{commands}",
    },
    "ratings_out_of_scale": {
        "en": "{count} scores in {path} lie outside the scale {source}: the scores go {problem}. Give the range "
        "that the raters used, for example {options}; where lower is better, add --lower-is-better, and "
        "--map 0= where 0 means 'not rated'.",
        "ja": "{path} の点数のうち {count} 件が尺度 {source} の範囲外です(点数の範囲: {problem})。"
        "評価に使った範囲を指定してください(例: {options})。低いほど良い尺度の場合は --lower-is-better も"
        "付けてください。「未評価」を表す数値は、--map 0= のように指定すると除外されます。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "unclear_qualities": {
        "en": "Several qualities were rated ({qualities}), and none of them is the quality as a whole; their mean "
        "would be nobody's opinion. Say which one is to be learned",
        "ja": "複数の品質項目({qualities})が評価されていますが、総合評価がありません。"
        "平均しても誰の意見にもならないため、学習する項目を指定してください",
    },
    "unclear_votes": {
        "en": "The columns {columns} may hold how many people chose each score, or the scores of so many raters",
        "ja": "列 {columns} は「各点数を選んだ人数」とも「各評価者の点数」とも読めます",
    },
    "unclear_columns": {
        "en": "The columns {columns} may each be the score, or they may be the scores of so many raters",
        "ja": "列 {columns} は、いずれか 1 列が点数とも、評価者ごとの点数とも読めます",
    },
    "unclear_direction": {
        "en": "In {columns} a higher number is better in some data sets and worse in others",
        "ja": "{columns} は、データによって「高いほど良い」場合と「低いほど良い」場合があります",
    },
    "unclear_direction_lower": {
        "en": "In {columns} a higher number is better in some data sets and worse in others. Here the scores fall "
        "where the file names promise more bits or lines (rank correlation {r}), so lower seems to be better",
        "ja": "{columns} は、データによって「高いほど良い」場合と「低いほど良い」場合があります。この表では、"
        "ファイル名のビットレートや解像度が上がるほど点数が下がる(順位相関 {r})ため、"
        "低いほど良い尺度と思われます",
    },
    "unclear_direction_higher": {
        "en": "In {columns} a higher number is better in some data sets and worse in others. Here the scores rise "
        "where the file names promise more bits or lines (rank correlation {r}), so higher seems to be better",
        "ja": "{columns} は、データによって「高いほど良い」場合と「低いほど良い」場合があります。この表では、"
        "ファイル名のビットレートや解像度が上がるほど点数も上がる(順位相関 {r})ため、"
        "高いほど良い尺度と思われます",
    },
    "unclear_sheets": {
        "en": "Several sheets hold ratings ({sheets}). One of them can be read alone, or all as tests of their "
        "own, joined by the videos that they share",
        "ja": "複数のシート({sheets})に評価があります。1 枚だけを使うことも、共通の動画を手がかりに"
        "全シートを別々の試験として統合することもできます",
    },
    "unclear_vote_words": {
        "en": "The columns {columns} seem to hold how many people chose each word, but what {unknown} is worth is "
        "not known. Put the score in place of the question mark, or nothing if it is no score",
        "ja": "{columns} の列は各評価語の得票数と思われますが、{unknown} が何点にあたるか分かりません。"
        "「?」を点数に置き換えてください(点数でないものは空欄にします)",
    },
    "unclear_sheets_scales": {
        "en": "Several sheets hold ratings ({sheets}), and not on one scale: they are read one at a time",
        "ja": "複数のシート({sheets})に評価があり、尺度が異なります。1 枚ずつ読み込んでください",
    },
    "unclear_texts": {
        "en": "{count} cells grade with {texts} instead of numbers; what each is worth is not written anywhere",
        "ja": "{count} 個のセルが数値ではなく {texts} で評価されており、"
        "それぞれが何点にあたるかの記載がありません",
    },
    "unclear_texts_unknown": {
        "en": "{count} cells grade with {texts} instead of numbers. Put the score that each is worth in place of "
        "the question mark, or nothing if it is no score",
        "ja": "{count} 個のセルが数値ではなく {texts} で評価されています。"
        "「?」を点数に置き換えてください(点数でないものは空欄にします)",
    },
    "unclear_dates": {
        "en": "{count} scores are dates ({texts}): a spreadsheet program makes a day of what is typed as 3.5, 3-5 "
        "or 3/5. A line below is right where it gives the scores as they were typed; otherwise type them again "
        "into cells formatted as text",
        "ja": "{count} 個の点数が日付({texts})になっています。3.5、3-5、3/5 などの入力は、表計算ソフトが日付に"
        "変換することがあります。下のコマンドが入力した点数どおりならそれを実行し、違う場合はセルの書式を"
        "文字列にしてから入力し直してください",
    },
    "unclear_end": {
        "en": "None of {count} scores is above {highest}: the scale may end there, or nobody used its best point",
        "ja": "{count} 件の点数がすべて {highest} 以下です。尺度の上限が {highest} なのか、"
        "最高点を誰も付けなかったのかが分かりません",
    },
    "unclear_sideways": {
        "en": "No column of {source} names videos, but one names people and the others hold scores: the headers "
        "may be the videos",
        "ja": "{source} に動画の列がありませんが、評価者の列と点数の列があります。見出しが動画名かもしれません",
    },
    "unclear_video_column": {
        "en": "No header names the videos, but column {columns} holds a number or name of its own in every row",
        "ja": "動画の列を示す見出しがありませんが、{columns} 列には行ごとに異なる番号または名前が入っています",
    },
    "problem_no_sheets": {"en": "none, it is a text file", "ja": "なし(テキストファイル)"},
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
    "form_unlike": {
        "en": "{value} is not like {form}",
        "ja": "{value} は {form} の形になっていません",
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
    "shares_percent": {
        "en": "{value} adds up to {total}, not to 100",
        "ja": "{value} の合計が {total} で、100 になっていません",
    },
    "row_label_other": {
        "en": "row {row}: MOS {mos} has the label {label}, but on the scale {scale} ({rounding}) it is {expected}",
        "ja": "{row} 行目: MOS {mos} のラベルが {label} ですが、尺度 {scale}({rounding})では {expected} です",
    },
    "row_label_outside": {
        "en": "row {row}: MOS {mos} has the label {label}, but on the scale {scale} ({rounding}) it is outside",
        "ja": "{row} 行目: MOS {mos} のラベルが {label} ですが、尺度 {scale}({rounding})の範囲外です",
    },
}
