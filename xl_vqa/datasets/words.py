"""What people read about rows, findings and figures, in English and Japanese (errors have theirs in messages)."""

from __future__ import annotations

from typing import Final

from xl_vqa.datasets.reading_words import WORDS as READING_WORDS
from xl_vqa.words.sentences import SENTENCES
from xl_vqa.words.table import Table

WORDS: Final[dict[str, dict[str, str]]] = {
    # problems of a row: what is wrong, and what was done or is to do
    "problem_no_video_path": {
        "en": "The row names no video.",
        "ja": "動画名が空です。",
    },
    "problem_summary_row": {
        "en": "“{text}” is a total of the table and no video.",
        "ja": "「{text}」は集計行で、動画ではありません。",
    },
    "problem_title_row": {
        "en": "“{text}” stands alone in its row: a title or a note, and no video.",
        "ja": "「{text}」は行に単独で書かれた見出しまたは注記で、動画ではありません。",
    },
    "problem_not_counted": {
        "en": "The column “{column}” says “{text}”: the row does not count.",
        "ja": "列「{column}」に「{text}」とあるため、この行は使用しません。",
    },
    "problem_missing_video": {
        "en": "The video {video} was not found. {reason}",
        "ja": "動画 {video} が見つかりません。{reason}",
    },
    "problem_web_address": {
        "en": "{video} is a web address. Download the video and write the path of the file.",
        "ja": "{video} は Web アドレスです。動画をダウンロードし、ファイルのパスを記入してください。",
    },
    "problem_ambiguous_video": {
        "en": "{count} files are called {video}: {places}. Write the folder into the cell.",
        "ja": "{video} という名前のファイルが {count} 個あります: {places}。セルにフォルダーも記入してください。",
    },
    "problem_empty_video": {
        "en": "The file {video} is empty (0 bytes).",
        "ja": "ファイル {video} は空(0 バイト)です。",
    },
    "problem_not_a_file": {
        "en": "{video} is a folder, not a file.",
        "ja": "{video} はファイルではなくフォルダーです。",
    },
    "problem_folder_of_pictures": SENTENCES["folder_of_pictures"],
    "problem_picture_rate": SENTENCES["picture_rate"],
    "problem_unreadable_video": {
        "en": "The file could not be read: {reason}",
        "ja": "ファイルを読み込めませんでした: {reason}",
    },
    "problem_no_scores": {
        "en": "There is no score for this video.",
        "ja": "この動画には点数がありません。",
    },
    "problem_no_raters": {
        "en": "The table says that nobody rated this video, yet gives a mean.",
        "ja": "評価者数が 0 なのに平均値が記入されています。",
    },
    "problem_out_of_range": {
        "en": "The score {value} lies outside the scale {low}..{high}.",
        "ja": "点数 {value} は尺度 {low}〜{high} の範囲外です。",
    },
    "problem_score_out_of_range": {
        "en": "The score {value} by {rater} lies outside {low}..{high} and was left out.",
        "ja": "{rater} の点数 {value} は {low}〜{high} の範囲外のため除外しました。",
    },
    "problem_more_out_of_range": {
        "en": "{count} more scores outside the scale were left out.",
        "ja": "ほかにも範囲外の点数 {count} 件を除外しました。",
    },
    "problem_duplicate_path": {
        "en": "The same video stands in row {row}; that row is used.",
        "ja": "同じ動画が {row} 行目にあり、そちらを使用します。",
    },
    "row_of_sheet": {
        "en": "{row} of sheet “{sheet}”",
        "ja": "シート「{sheet}」の {row}",
    },
    "cell_of_sheet": {
        "en": "{cell} of sheet “{sheet}”",
        "ja": "{cell}(シート「{sheet}」)",
    },
    "problem_merged_ratings": {
        "en": "The ratings of row {row}, by other people, were added here.",
        "ja": "{row} 行目にある別の評価者の点数を、この行に合わせました。",
    },
    "problem_conflicting_scores": {
        "en": "Row {row} has the same video with MOS {other} instead of {own}. Keep the right one.",
        "ja": "{row} 行目の同じ動画は MOS {other} で、この行の {own} と食い違います。"
        "正しい方だけを残してください。",
    },
    "problem_text_score": {
        "en": "“{text}” in cell {cell} is no score and was left out.",
        "ja": "セル {cell} の「{text}」は点数ではないため除外しました。",
    },
    "problem_more_text_scores": {
        "en": "{count} more cells that are no scores were left out.",
        "ja": "ほかにも点数ではないセル {count} 個を除外しました。",
    },
    "problem_repeated_rating": {
        "en": "{rater} rated this video {count} times; the mean counts once.",
        "ja": "{rater} がこの動画を {count} 回評価しています。平均を 1 回分として使用します。",
    },
    "problem_one_rater": {
        "en": "Only one person rated this video.",
        "ja": "この動画の評価者は 1 人だけです。",
    },
    "problem_duplicate_content": {
        "en": "The file is identical with that of row {row} ({video}); both stay in one part of the split.",
        "ja": "{row} 行目のファイル({video})と内容が同一です。分割では同じ側に入れます。",
    },
    "problem_conflicting_content": {
        "en": "The same video has two contents, {first} and {second}; they are treated as one.",
        "ja": "同じ動画に素材名が 2 つあります({first}、{second})。同じ素材として扱います。",
    },
    "problem_split_across_content": {
        "en": "The split in the table puts versions of {content} into {parts}: the result on them is not honest.",
        "ja": "表の分割では {content} の各版が {parts} に分かれており、評価結果が正しくなりません。",
    },
    "problem_mos_mismatch": {
        "en": "The table gives the mean {given}, but the scores give {computed}, which is used.",
        "ja": "表の平均は {given} ですが、点数から計算した {computed} を使用します。",
    },
    # what the reader did
    "note_other_sheets": {
        "en": "These sheets were not used: {sheets} (--sheet NAME reads one of them instead)",
        "ja": "使用しなかったシート: {sheets}(代わりに使用する場合は --sheet シート名)",
    },
    "note_hidden_rows": {
        "en": "{count} rows of sheet “{sheet}” that are hidden or filtered out ({places}) were read like the "
        "others. If they should not count, delete them.",
        "ja": "シート「{sheet}」の {count} 行({places})は非表示(フィルターを含む)ですが、ほかの行と同じように"
        "使用しました。使用しない場合は削除してください。",
    },
    "note_hidden_columns": {
        "en": "{count} hidden columns of sheet “{sheet}” ({places}) were read like the others. If they should not "
        "count, delete them.",
        "ja": "シート「{sheet}」の {count} 列({places})は非表示ですが、ほかの列と同じように使用しました。"
        "使用しない場合は削除してください。",
    },
    "note_folder_joined": {
        "en": "Videos of one name are told apart by the folder in column {column}.",
        "ja": "同じ名前の動画は、{column} 列のフォルダーで区別しました。",
    },
    "note_not_counted": {
        "en": "{count} rows do not count by what the table says in column {column}: {texts}. If they should, "
        "clear these cells.",
        "ja": "{column} 列の記載({texts})により、{count} 行を使用しませんでした。使用する場合は"
        "該当するセルを空にしてください。",
    },
    "note_filled_down": {
        "en": "In column {column}, {count} empty cells took the value above them.",
        "ja": "{column} 列の空のセル {count} 個に、上のセルの値を補いました。",
    },
    "note_ignored_columns": {
        "en": "These columns hold numbers but were not taken for ratings: {columns}. Name the right ones with "
        "--score-column if that is wrong.",
        "ja": "数値があるものの点数とみなさなかった列: {columns}。違う場合は --score-column で指定してください。",
    },
    # findings about the whole table
    "finding_few_raters": {
        "en": "Half of the videos have {median} raters or fewer. ITU-T P.910 asks for at least 15; fewer make "
        "the MOS itself uncertain (see the noise ceiling).",
        "ja": "評価者数の中央値は {median} 人です。ITU-T P.910 は 15 人以上を求めており、少ないと MOS "
        "自体が不確かに"
        "なります(ノイズによる上限を参照)。",
    },
    "finding_raters_unknown": {
        "en": "The table does not say how many people are behind each mean, so nothing can be said about "
        "its noise.",
        "ja": "各平均の評価者数が表にないため、ノイズの大きさは分かりません。",
    },
    "finding_range_unused": {
        "en": "The labels {unused} never occur. The model cannot learn to give them; add such videos if it "
        "should.",
        "ja": "ラベル {unused} は一度も現れません。モデルはこの値を学習できません。必要なら該当する画質の動画を"
        "追加してください。",
    },
    "finding_heaped": {
        "en": "{share}% of the videos lie on only {count} of {all} labels.",
        "ja": "動画の {share}% が、{all} 個中わずか {count} 個のラベルに集中しています。",
    },
    "finding_one_label_heavy": {
        "en": "The label {label} alone holds {share}% of the videos; a model that always answers it looks good.",
        "ja": "ラベル {label} だけで動画の {share}% を占めます。"
        "常にこの値を答えるモデルでも良く見えてしまいます。",
    },
    "finding_content_guessed": {
        "en": "Which videos are versions of one source was guessed from the file names: {groups} contents from "
        "{videos} videos ({rule}). Look at the examples below; a wrong guess lets the test set leak into "
        "training. "
        "A column called content settles it.",
        "ja": "どの動画が同じ素材の別版かは、ファイル名から推定しました(動画 {videos} 本から素材 {groups} "
        "件、{rule})。"
        "下の例をご確認ください。誤っているとテストデータが学習に漏れます。「素材」列を設けると確実です。",
    },
    "finding_contents_alike": {
        "en": "Kept together because {reason}: {contents}; {count} contents in all. If they are different videos, "
        "name the sources in a column (--content-column) or keep every video apart (--content-by none).",
        "ja": "{reason}ため、同じ素材として扱います: {contents}(全 {count} 件)。別々の動画の場合は、"
        "素材名の列を --content-column で指定するか、--content-by none で動画ごとに分けてください。",
    },
    "finding_contents_numbered": {
        "en": "The names differ in a number only, and were read as {videos} different videos. If the number tells "
        "versions of one source, the test set leaks into training: name the sources in a column "
        "(--content-column).",
        "ja": "動画名は番号だけが異なるため、別々の動画 {videos} 本とみなしました。番号が同じ素材の版を表す場合は"
        "テストデータが学習に漏れるため、素材名の列を --content-column で指定してください。",
    },
    "finding_few_contents": {
        "en": "There are only {groups} contents. The validation and test figures then depend on a handful of "
        "sources.",
        "ja": "素材が {groups} 件しかありません。検証・テストの値は少数の素材に左右されます。",
    },
    "finding_part_empty": {
        "en": "No video is left for {part}: there are too few contents to give every part one.",
        "ja": "素材が少なすぎるため、{part} に入る動画がありません。",
    },
    "finding_tiny": {
        "en": "Only {videos} videos can be used. The published recipe was trained on about 4,000.",
        "ja": "使用できる動画は {videos} 本だけです。公開されている手法は約 4,000 本で学習しています。",
    },
    "finding_rows_left_out": {
        "en": "{count} of {rows} rows cannot be trained on; the table of problems says why.",
        "ja": "{rows} 行中 {count} 行は学習に使えません。理由は問題の一覧をご覧ください。",
    },
    "finding_raters_rejected": {
        "en": "Rejected as outlier raters by ITU-R BT.500 ({count}): {names}",
        "ja": "ITU-R BT.500 により、外れた評価者 {count} 人を除外しました: {names}",
    },
    "finding_raters_suspect": {
        "en": "Outlier raters by ITU-R BT.500 ({count}): {names}. Their scores are still in; --reject-outliers "
        "leaves them out.",
        "ja": "ITU-R BT.500 では評価者 {count} 人が外れ値と判定されます: {names}。除外するには "
        "--reject-outliers を"
        "指定してください。",
    },
    "finding_raters_none_rejected": {
        "en": "No rater is an outlier by ITU-R BT.500; nobody was left out.",
        "ja": "ITU-R BT.500 で外れと判定された評価者はなく、除外した人はいません。",
    },
    "finding_raters_disagree": {
        "en": "Raters who hardly follow the others (correlation below {limit}), although BT.500 keeps them: "
        "{names}. --drop-rater leaves one out, --rater-model p910 lets them weigh less.",
        "ja": "BT.500 では除外されないものの、他の評価者とほとんど一致しない評価者(相関 {limit} 未満): {names}。"
        "--drop-rater で除外するか、--rater-model p910 で重みを下げられます。",
    },
    "finding_screening_impossible": {
        "en": "Outlier raters cannot be found by ITU-R BT.500 here: {reason}",
        "ja": "ITU-R BT.500 による外れ評価者の検出はできません: {reason}",
    },
    "finding_correction_impossible": {
        "en": "Scores cannot be corrected by rater: the table does not say who rated.",
        "ja": "評価者名がないため、評価者ごとの補正はできません。",
    },
    "finding_coding_loss": {
        "en": "The label range {low}..{high} is coarse for these MOS: even perfect labels reach SRCC {srcc}. "
        "Try a wider range with --scale.",
        "ja": "ラベル範囲 {low}〜{high} はこの MOS には粗く、完全に当てても SRCC は {srcc} です。--scale で範囲を"
        "広げてください。",
    },
    "finding_low_noise_ceiling": {
        "en": "The raters disagree so much that no model can honestly pass PLCC {plcc} on these MOS.",
        "ja": "評価者間のばらつきが大きく、この MOS に対しては、どのモデルも PLCC {plcc} を正当に超えられません。",
    },
    "finding_split_leaks": {
        "en": "The split given in the table tears {count} contents apart: {contents}",
        "ja": "表の分割では素材 {count} 件の各版が別々の側に分かれています: {contents}",
    },
    "finding_uncalculated": {
        "en": "{count} formulas in the workbook hold no result. Open it in Excel and save it once.",
        "ja": "ブック内の数式 {count} 個に計算結果がありません。Excel で開いて一度保存してください。",
    },
    "finding_videos_unchecked": {
        "en": "Whether the videos exist was not checked.",
        "ja": "動画ファイルの有無は確認していません。",
    },
    "reason_no_names": {
        "en": "the table does not say who gave which score",
        "ja": "どの点数を誰が付けたかが表にありません",
    },
    "reason_few_raters": {
        "en": "no video has 6 raters or more",
        "ja": "6 人以上が評価した動画がありません",
    },
    "reason_alike_numbers": {
        "en": "names begin alike and go on with numbers, likely versions of one source",
        "ja": "名前の前半が同じで後ろに数字が続き、同じ素材の別版である可能性が高い",
    },
    "reason_alike_words": {
        "en": "names begin alike and go on with words that other names have too, probably versions of one source",
        "ja": "名前の前半が同じで、後ろの語がほかの名前とも共通し、同じ素材の別版と思われる",
    },
    "reason_alike_glued": {
        "en": "names are letters that repeat and a number, probably versions of one source",
        "ja": "名前が繰り返し現れる文字と番号から成り、同じ素材の別版と思われる",
    },
    "reason_alike_prefix": {
        "en": "one name begins with the whole of another, perhaps a version of it (not sure)",
        "ja": "ある名前が別の名前全体で始まり、その別版かもしれない(確実ではない)",
    },
    "rule_column": {"en": "as the table says", "ja": "表の記載どおり"},
    "rule_folder": {"en": "by folder", "ja": "フォルダーごと"},
    "rule_none": {"en": "every video by itself", "ja": "動画ごとに別素材"},
    "rule_name_version": {"en": "marks of versions cut off the names", "ja": "名前から版の印を除去"},
    "rule_name_front": {"en": "by the front of names that repeats", "ja": "名前の共通する前半ごと"},
    "rule_name_folder": {
        "en": "by folder, since the names only tell versions",
        "ja": "名前が版のみを表すためフォルダーごと",
    },
    "rule_name_whole": {
        "en": "no common names found, every video by itself",
        "ja": "共通する名前がなく、動画ごとに別素材",
    },
    "form_wide": {"en": "one column per rater", "ja": "評価者ごとに列"},
    "form_long": {"en": "one row per rating", "ja": "評価 1 件ごとに行"},
    "form_mos": {"en": "ready MOS", "ja": "集計済みの MOS"},
    "form_sheets": {"en": "one sheet per rater", "ja": "評価者ごとにシート"},
    "part_train": {"en": "train", "ja": "学習"},
    "part_val": {"en": "validation", "ja": "検証"},
    "part_test": {"en": "test", "ja": "テスト"},
    "part_none": {"en": "left out", "ja": "除外"},
    "coding_integer": {"en": "integer labels {low}..{high}", "ja": "整数ラベル {low}〜{high}"},
    "coding_levels_equal": {"en": "five words, equal intervals", "ja": "5 段階の言葉(等間隔)"},
    "coding_levels_rounded": {"en": "five words, nearest category", "ja": "5 段階の言葉(最も近い評価区分)"},
    # the report
    "report_title": {"en": "Labels from people's ratings", "ja": "評価データからのラベル作成"},
    "report_source": {"en": "Source", "ja": "元データ"},
    "report_made": {"en": "Made", "ja": "作成日時"},
    "report_form": {"en": "Form", "ja": "形式"},
    "report_columns": {"en": "Columns used", "ja": "使用した列"},
    "column_video": {"en": "videos", "ja": "動画"},
    "column_rater": {"en": "raters", "ja": "評価者"},
    "column_score": {"en": "scores", "ja": "点数"},
    "column_mos": {"en": "MOS", "ja": "MOS"},
    "column_sd": {"en": "standard deviation", "ja": "標準偏差"},
    "column_raters": {"en": "number of raters", "ja": "評価者数"},
    "column_ci95": {"en": "95% interval", "ja": "95% 信頼区間"},
    "column_content": {"en": "content", "ja": "素材"},
    "column_split": {"en": "split", "ja": "分割"},
    "report_scale": {"en": "Scale", "ja": "尺度"},
    "report_scale_value": {
        "en": "MOS {mos_min}..{mos_max} to labels {label_min}..{label_max}, {rounding}",
        "ja": "MOS {mos_min}〜{mos_max} → ラベル {label_min}〜{label_max}、{rounding}",
    },
    "report_correction": {"en": "Correction by rater", "ja": "評価者ごとの補正"},
    "correction_none": {"en": "none", "ja": "なし"},
    "correction_bias": {"en": "bias removed", "ja": "偏りを除去"},
    "correction_zscore": {"en": "z-scores", "ja": "z スコア"},
    "rounding_half_up": {"en": "halves up", "ja": "四捨五入"},
    "rounding_half_even": {"en": "halves to even", "ja": "偶数丸め"},
    "rounding_floor": {"en": "down", "ja": "切り捨て"},
    "rounding_ceiling": {"en": "up", "ja": "切り上げ"},
    "report_fingerprint": {"en": "Data fingerprint", "ja": "データの指紋"},
    "report_rows": {"en": "Rows", "ja": "行数"},
    "report_usable": {"en": "Usable videos", "ja": "使用できる動画"},
    "report_ratings": {"en": "Ratings", "ja": "評価件数"},
    "report_raters": {"en": "Raters per video", "ja": "動画あたりの評価者"},
    "report_contents": {"en": "Contents", "ja": "素材数"},
    "report_mos_mean": {"en": "Mean MOS", "ja": "平均 MOS"},
    "report_ci": {"en": "Median CI95", "ja": "CI95 の中央値"},
    "report_findings": {"en": "What to know before training", "ja": "学習の前に確認すること"},
    "report_all_good": {"en": "Nothing stands in the way.", "ja": "問題は見つかりませんでした。"},
    "report_labels": {"en": "Labels", "ja": "ラベル"},
    "report_labels_note": {
        "en": "Videos per label; the colours are the bands Bad to Excellent.",
        "ja": "ラベルごとの動画数。色は「非常に悪い」から「非常に良い」までの評価区分を表します。",
    },
    "report_digit_one": {"en": "First digit", "ja": "1 桁目の分布"},
    "report_digit_two": {"en": "Second digit", "ja": "2 桁目の分布"},
    "report_digits_note": {
        "en": "The model is taught these digits one after the other.",
        "ja": "モデルはこの数字を 1 桁ずつ学習します。",
    },
    "report_tens": {"en": "Tens", "ja": "十の位の分布"},
    "report_units": {"en": "Units", "ja": "一の位の分布"},
    "report_ceiling": {"en": "Ceiling of the coding", "ja": "符号化による上限"},
    "report_ceiling_note": {
        "en": "Agreement of a perfect answer with the MOS: what the coding alone costs.",
        "ja": "完全に正解した場合の MOS との一致度です。符号化だけで失われる分が分かります。",
    },
    "report_coding": {"en": "Coding", "ja": "符号化"},
    "report_distinct": {"en": "Values used", "ja": "使用値の数"},
    "report_noise": {"en": "Noise ceiling", "ja": "ノイズによる上限"},
    "report_noise_note": {
        "en": "The highest PLCC with the MOS that an honest model can expect, by raters per video. Single ratings "
        "of one video spread by SD {rater_sd}, the videos themselves by SD {quality_sd}. Here: {raters} "
        "raters, {plcc}.",
        "ja": "正当なモデルに期待できる MOS との PLCC の上限(動画あたりの評価者数別)。1 "
        "本の動画への評価のばらつきは "
        "SD {rater_sd}、動画間の差は SD {quality_sd} です。このデータ: {raters} 人で {plcc}。",
    },
    "report_noise_unknown": {
        "en": "Not computable: it needs the scores of several raters, or SD and rater count, for three "
        "videos or more.",
        "ja": "計算できません。3 本以上の動画について、複数の評価者の点数、または標準偏差と評価者数が必要です。",
    },
    "report_split": {"en": "Split", "ja": "分割"},
    "report_split_note": {
        "en": "By content ({rule}), seed {seed}. Versions of one source never lie in different parts.",
        "ja": "素材単位({rule})、シード {seed}。同じ素材の別版が別の側に分かれることはありません。",
    },
    "report_split_note_given": {
        "en": "As the table says where it does; the rest by content ({rule}), seed {seed}.",
        "ja": "表に記載のある動画はその分割に従い、残りは素材単位({rule})、シード {seed}。",
    },
    "report_part": {"en": "Part", "ja": "区分"},
    "report_videos": {"en": "Videos", "ja": "動画数"},
    "report_share": {"en": "Share", "ja": "割合"},
    "report_mos_range": {"en": "MOS range", "ja": "MOS の範囲"},
    "report_sd": {"en": "SD", "ja": "標準偏差"},
    "report_examples": {"en": "Contents, for example", "ja": "素材の例"},
    "report_people": {"en": "Raters", "ja": "評価者"},
    "report_people_note": {
        "en": "Bias: how much higher than the others on the same videos. Agreement: correlation with the "
        "mean of the "
        "others. P and Q: ratings far above and far below (ITU-R BT.500).",
        "ja": "偏り: 同じ動画で他の評価者よりどれだけ高いか。一致度: 他の評価者の平均との相関。P・Q: "
        "大きく上・下に"
        "外れた評価の数(ITU-R BT.500)。",
    },
    "report_rater": {"en": "Rater", "ja": "評価者"},
    "report_bias": {"en": "Bias", "ja": "偏り"},
    "report_agreement": {"en": "Agreement", "ja": "一致度"},
    "report_verdict": {"en": "Screening", "ja": "判定"},
    "verdict_rejected": {"en": "rejected", "ja": "除外"},
    "verdict_suspect": {"en": "outlier", "ja": "外れ値"},
    "verdict_kept": {"en": "kept", "ja": "採用"},
    "report_problems": {"en": "Problems by row", "ja": "行ごとの問題"},
    "report_problem": {"en": "Problem", "ja": "問題"},
    "report_row": {"en": "Row", "ja": "行"},
    "report_video": {"en": "Video", "ja": "動画"},
    "report_problems_note": {
        "en": "Marked ones keep the row out of training. Every row is in the manifest, with its problems.",
        "ja": "色付きの問題がある行は学習に使いません。すべての行は問題とともにマニフェストに残っています。",
    },
    "report_no_problems": {"en": "Every row is fine.", "ja": "すべての行に問題はありません。"},
    "report_more_problems": {
        "en": "... and {count} more rows: all of them are in the problem column of the manifest.",
        "ja": "…ほか {count} 行。すべてマニフェストの problem 列に記載しています。",
    },
    "report_more_raters": {"en": "... and {count} more raters.", "ja": "…ほか {count} 人。"},
    "report_failed": {"en": "These labels cannot be trained on", "ja": "このラベルでは学習できません"},
}  # fmt: skip

tr: Final = Table({**WORDS, **READING_WORDS})
