"""What people read where nothing can be collected or learned: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "learning_error": {"en": "Learning on: {problem}.", "ja": "追加学習: {problem}。"},
    "batch_refused": {
        "en": "These labels are not learned: {problem}.",
        "ja": "このラベルは学習に使用しません: {problem}。",
    },
    "hold_out_error": {
        "en": "The hold-out {path} cannot be used: {problem}.",
        "ja": "ホールドアウト {path} を使用できません: {problem}。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    # the label store
    "label_store_damaged": {
        "en": "the label store at {path} was damaged. What could be read of it is in a new one; give the "
        "command "
        "again, and collect the sheets once more",
        "ja": "{path} のラベル保存ファイルが破損していました。読み取れた内容は新しいファイルに移しました。"
        "コマンドを"
        "もう一度実行し、シートを収集し直してください",
    },
    "label_store_disk": {
        "en": "the label store at {path} cannot be used ({why})",
        "ja": "{path} のラベル保存ファイルを使用できません({why})",
    },
    "learning_no_human": {
        "en": "{path} has no column headed 'human score' (it has: {columns}). Name the column with --human-column",
        "ja": "{path} に「人の評価」という列がありません(列: {columns})。--human-column で列を指定してください",
    },
    # a row of a sheet
    "correction_no_video": {
        "en": "row {row} has a score, and names no video",
        "ja": "{row} 行目には点数がありますが、動画の指定がありません",
    },
    "correction_no_number": {
        "en": "row {row} has {value} in place of a score within {range}",
        "ja": "{row} 行目の値 {value} は {range} の点数ではありません",
    },
    "correction_outside": {
        "en": "the score {value} of row {row} lies outside {range}; --scale says another range",
        "ja": "{row} 行目の点数 {value} は {range} の範囲外です。別の範囲は --scale で指定します",
    },
    "correction_twice": {
        "en": "rows {other} and {row} score {video} differently, and name no two people; neither was taken",
        "ja": "{other} 行目と {row} 行目は同じ人による {video} の点数ですが、値が異なります。どちらも取り込"
        "みません",
    },
    "correction_other_file": {
        "en": "the file of row {row} has changed since this score was collected, so the score stays with "
        "what the "
        "file held then. Look at the video again and write the score anew",
        "ja": "{row} 行目のファイルは、この点数の収集後に変更されています。点数は以前の内容に対するものとして"
        "残しました。動画を見直して、点数を書き直してください",
    },
    # the hold-out
    "hold_out_there": {
        "en": "it is fixed already, and is never made anew. Choose another file with -o, and give it to retrain",
        "ja": "すでに固定されており、作り直しはできません。-o で別のファイルを指定し、retrain に渡してください",
    },
    "hold_out_none": {
        "en": "there is none. Fix one first: xl-vqa labels hold-out TABLE",
        "ja": "ファイルがありません。先に固定してください: xl-vqa labels hold-out 表",
    },
    "hold_out_empty": {"en": "the table has no rows for it", "ja": "対象となる行が表にありません"},
    "hold_out_unreadable": {
        "en": "it is no file that 'xl-vqa labels hold-out' wrote",
        "ja": "'xl-vqa labels hold-out' で書き出したファイルではありません",
    },
    "hold_out_changed": {
        "en": "it is not what was fixed on {date}. Put the file of that day back, or fix another one",
        "ja": "{date} に固定した内容と異なります。当時のファイルに戻すか、別のものを固定してください",
    },
    "hold_out_other_file": {
        "en": "{video} is another file than when the hold-out was fixed",
        "ja": "{video} は、固定したときと内容が異なります",
    },
    "hold_out_no_scores": {
        "en": "the table has no column of people's scores ('human score' or 'mos'); name it with --human-column",
        "ja": "表に人の点数の列(「人の評価」または mos)がありません。--human-column で指定してください",
    },
    "hold_out_row": {
        "en": "row {row} has no video, or no score within {range}",
        "ja": "{row} 行目に動画、または {range} の点数がありません",
    },
    "hold_out_taught": {
        "en": "the present model was taught {count} of its videos or versions of them ({videos}), so it "
        "would judge "
        "in its favour. Fix another one of videos that were never learned",
        "ja": "現在のモデルは、このうち {count} 本(またはその別バージョン)を学習済みのため({videos})、公平"
        "に判定でき"
        "ません。学習に使ったことのない動画で別のものを固定してください",
    },
    "hold_out_overlap": {
        "en": "{count} corrections are of its videos or versions of them ({rows}), and what judges is not "
        "learned. "
        "Leave these rows out with --leave-out-overlap",
        "ja": "{count} 件の修正は、判定用の動画またはその別バージョンのものです({rows})。判定用の動画は学習"
        "に使えま"
        "せん。--leave-out-overlap でこれらの行を除いてください",
    },
    # a retraining
    "learning_unnamed": {
        "en": "the model that serves ({model}) has no name. Give it one: xl-vqa models add FOLDER --name NAME",
        "ja": "使用中のモデル({model})に名前がありません。先に登録してください: xl-vqa models add フォルダ"
        "ー --name 名前",
    },
    "learning_recipe": {
        "en": "the recipe of the present model cannot be read: {path} ({why})",
        "ja": "現在のモデルのレシピを読み込めません: {path}({why})",
    },
    "learning_no_replay": {
        "en": "what the present model was taught cannot be read: {why} Name the manifest with --replay, or "
        "go without "
        "one (--no-replay)",
        "ja": "現在のモデルの学習データを読み込めません: {why} --replay でマニフェストを指定するか、"
        "--no-replay を"
        "付けてください",
    },
    "learning_manifest_changed": {
        "en": "{path} is not what {name} was trained with any more. Name the manifest with --replay",
        "ja": "{path} は {name} の学習時から変更されています。--replay でマニフェストを指定してください",
    },
    "retrain_begun": {
        "en": "a run for {folder} is there already; go on with it by --resume, or choose another folder",
        "ja": "{folder} の実行がすでにあります。--resume で続けるか、別のフォルダーを指定してください",
    },
    "retrain_output_there": {
        "en": "the folder {folder} is there already; choose another one",
        "ja": "フォルダー {folder} はすでに存在します。別のフォルダーを指定してください",
    },
    "retrain_none": {
        "en": "no run for {folder} was begun that could be gone on with",
        "ja": "{folder} には再開できる実行がありません",
    },
    "retrain_other_model": {
        "en": "{name} is another model than on {date}, when this run was begun; begin a new one",
        "ja": "{name} は、この実行を開始した {date} から別のモデルに変わっています。新しく始めてください",
    },
    "retrain_no_replay": {
        "en": "what {name} was taught is not known here, and without a replay of it much would be "
        "forgotten. Name its "
        "manifest with --replay, or go without one (--no-replay)",
        "ja": "{name} の学習データが不明です。復習なしで学習すると、以前の内容の多くを忘れます。--replay で"
        "マニフェスト"
        "を指定するか、--no-replay を付けてください",
    },
    "retrain_no_labels": {
        "en": "no label is there to learn ({count} were left out). Collect corrections first: xl-vqa "
        "labels collect SHEET",
        "ja": "学習できるラベルがありません(除外 {count} 件)。先に収集してください: xl-vqa labels collect シート",
    },
    "label_asked": {
        "en": "{video} is left out: people are {spread} MOS apart",
        "ja": "{video} を除外しました: 評価者間の差が {spread} MOS あります",
    },
    "label_other_file": {
        "en": "{video} is left out: the file has changed since its score was collected",
        "ja": "{video} を除外しました: 点数の収集後にファイルが変更されています",
    },
    "label_held_out": {
        "en": "{row} is left out: its video judges",
        "ja": "{row} を除外しました: 判定に使う動画です",
    },
}
