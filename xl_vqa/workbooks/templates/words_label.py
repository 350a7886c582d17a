"""Words of the labelling workbook, English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.workbooks.templates.words_common import COMMON

LABEL: Final[dict[str, tuple[str, str]]] = {
    **COMMON,
    "title": ("Video quality: collecting people's scores", "動画品質:評価データの収集"),
    "guide": ("Guide", "手順"),
    "videos": ("Videos", "動画一覧"),
    "rater": ("Rater {number}", "評価者{number}"),
    "results": ("Labels", "ラベル"),
    "order": ("Order", "順序"),
    "videos_note": (
        "List up to {slots} videos, then enter the number that the state shows: that closes the list and deals "
        "out the order.",
        "動画を最大 {slots} 本まで記入し、「状態」に表示される番号を入力してください。一覧が確定し、"
        "評価順が決まります。",
    ),
    "closed": ("Closing number (see the state)", "確定番号(「状態」を参照)"),
    "closed_help": (
        "Enter it once, before anybody rates. People's scores go by the number in column A: rows may be sorted "
        "and moved with their numbers. Videos added later come last in everybody's order. Where a name comes to "
        "stand beside another number, every sheet says so.",
        "評価を始める前に一度だけ入力してください。評価は A 列の番号に結び付きます。番号ごとであれば行の並べ替えや"
        "移動ができます。後から追加した動画は全員の順序の最後になります。番号と動画の組み合わせが変わると、各シートに"
        "警告が表示されます。",
    ),
    "closed_error": (
        "Please enter the number that the state shows, whole.",
        "「状態」に表示されている番号をそのまま入力してください。",
    ),
    "state": ("State", "状態"),
    "state_empty": ("No videos listed yet", "動画がまだ記入されていません"),
    "state_open": (
        "{n} listed: enter {code} above to close the list",
        "{n} 本を記入済み:上に {code} を入力すると確定します",
    ),
    "state_beyond": (
        "{n} below the list of {slots} are left out: use another workbook",
        "{slots} 本の一覧より下の {n} 本は対象外です:別のブックをお使いください",
    ),
    "state_unnumbered": (
        "Row {row}: this video has no number of its own and is shown to nobody. Enter {next} in column A",
        "{row} 行目:この動画には固有の番号がなく、誰にも表示されません。A 列に {next} を入力してください",
    ),
    "state_changed": (
        "Videos no longer stand beside the numbers that they had when the list was closed: undo that. If only "
        "names were corrected or videos removed, enter {code} above",
        "確定した時と番号・動画の組み合わせが違います:元に戻してください。名前の修正や動画の削除だけであれば、"
        "上に {code} を入力してください",
    ),
    "state_reopened": (
        "People have rated already: put the closing number back that stood above",
        "すでに評価が入力されています:上にあった確定番号を元どおりに入力してください",
    ),
    "state_closed": ("closed", "確定済み"),
    "list_changed": (
        "Stop: the list of videos was changed. See its state",
        "中断してください:動画一覧が変更されています(「状態」を参照)",
    ),
    "no_help": (
        "Scores go by this number. It moves with its video; a video in a row that was put in between gets one "
        "that no other has.",
        "評価はこの番号に結び付きます。動画と一緒に移動させてください。途中に挿入した行の動画には、他と重ならない"
        "番号を付けます。",
    ),
    "no": ("No.", "番号"),
    "video": ("Video", "動画"),
    "content": ("Content", "素材"),
    "content_help": (
        "Optional: versions of one source get the same name, so that training and test never share a source.",
        "任意:同じ素材から作った動画には同じ名前を付けます。学習用とテスト用に同じ素材が混ざるのを防ぎます。",
    ),
    "score": ("Score", "評価"),
    "comment": ("Comment", "コメント"),
    "name": ("Name", "氏名"),
    "progress": ("Progress", "進み具合"),
    "progress_text": ("{done} of {all} rated", "{all} 本中 {done} 本を評価済み"),
    "rater_note": (
        "Watch each video once, whole, from top to bottom, and give the picture quality a score from 5 to 1.",
        "上から順に、各動画を最初から最後まで一度ずつ視聴し、画質を 5~1 で評価してください。",
    ),
    "more_rows": (
        "More than {open} videos: press the + at the left edge, below the last row.",
        "動画が {open} 本を超える場合は、最後の行の下、左端の「+」を押して続きを表示してください。",
    ),
    "anchor": ("Score and what it means", "評価の基準"),
    "a5": (
        "No defect to be seen: you would not change anything.",
        "劣化がまったく気にならない。直したい点がない。",
    ),
    "a4": ("A defect can be seen, but it does not disturb.", "劣化は分かるが、気にならない。"),
    "a3": ("A defect is seen at once and disturbs a little.", "劣化がすぐに分かり、やや気になる。"),
    "a2": ("The defect disturbs: watching is no pleasure.", "劣化が気になり、視聴の妨げになる。"),
    "a1": ("The defect disturbs very much: not to be shown.", "劣化が非常に気になり、使い物にならない。"),
    "score_error": (
        "Please choose a whole number: 5 Excellent, 4 Good, 3 Fair, 2 Poor, 1 Bad.",
        "整数で選んでください:5 非常に良い、4 良い、3 普通、2 悪い、1 非常に悪い。",
    ),
    "results_note": (
        "Computed from the raters' sheets. Save, then: xl-vqa labels prepare FILE",
        "評価者のシートから自動計算されます。保存後に「xl-vqa labels prepare ファイル」を実行してください。",
    ),
    "count": ("Number of raters", "評価者数"),
    "mos": ("MOS", "MOS"),
    "sd": ("SD", "標準偏差"),
    "ci": ("CI95", "95%信頼区間"),
    "label": ("Integer label", "整数ラベル"),
    "band": ("Band", "評価区分"),
    "m_count": ("How many people scored the video.", "この動画を評価した人数。"),
    "m_mos": ("Mean opinion score: the mean of the scores.", "平均オピニオン評点(評価の平均)。"),
    "m_sd": ("Standard deviation of the scores.", "評価の標準偏差。"),
    "m_ci": (
        "Half width of the 95% interval of the MOS, by Student's t. Below {few} raters, and where all agree, from "
        "the spread of all videos together.",
        "MOS の 95% 信頼区間の片側幅(t 分布)。評価者が {few} 人未満の場合と全員一致の場合は、全動画の"
        "ばらつきをまとめて用います。",
    ),
    "m_label": (
        "What the model is taught: ten times the MOS, half rounded up.",
        "モデルが学習する値。MOS の 10 倍を四捨五入します。",
    ),
    "m_band": ("The band the label falls into.", "ラベルが属する評価区分。"),
    "order_note": (
        "Random numbers, drawn once: they deal out each rater's order. Do not change.",
        "一度だけ生成した乱数です。評価者ごとの順序を決めます。変更しないでください。",
    ),
    "guide_1": (
        "1. Sheet Videos: list the videos (full path), and the content each comes from if you know it.",
        "1. 「動画一覧」シートに動画のフルパスと、分かれば素材名を記入します。",
    ),
    "guide_2": (
        "2. Enter the closing number that the sheet shows: each rater now sees all videos in an order of its own. "
        "Rows of more than {open} videos are folded away: the + at the left edge of the sheet shows them.",
        "2. シートに表示される確定番号を上部に入力します。評価者ごとに異なる順序で全動画が各シートに表示されます。"
        "{open} 本を超える行は折りたたまれています。シート左端の「+」で表示します。",
    ),
    "guide_3": (
        "3. Each rater fills in one sheet, alone, on the same kind of screen, with breaks after 30 minutes.",
        "3. 評価者は 1 人 1 シートを、同じ種類の画面で、相談せずに記入します。30 分ごとに休憩します。",
    ),
    "guide_4": (
        "4. Sheet Labels shows MOS, interval and integer label; three raters are few, {raters} are good practice, "
        "and there is a sheet for each: leave those that you do not need empty.",
        "4. 「ラベル」シートに MOS・信頼区間・整数ラベルが表示されます。3 人では少なく、{raters} 人程度が"
        "目安です。評価者シートは {raters} 枚あります。使わないシートは空のままにします。",
    ),
    "guide_5": (
        "5. Save in Excel or LibreOffice, then run: xl-vqa labels prepare FILE -o manifest.csv",
        "5. Excel か LibreOffice で保存し、「xl-vqa labels prepare ファイル -o manifest.csv」を実行します。",
    ),
}
