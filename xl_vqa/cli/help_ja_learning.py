"""Japanese help of what learns on (``labels collect``, ``retrain``, ``models promote``): a part of ``help_ja``."""

from __future__ import annotations

from typing import Final

LEARNING_JA: Final[dict[str, str]] = {
    # labels collect, list, export
    "Take the corrections that people wrote into a sheet; nothing is taken without this command.\n\n"
    "The same sheet again changes nothing; an edited cell replaces what was collected, which stays as "
    "history.\n"
    "Exit status: 0 all were taken, 1 some rows were not or people contradict each other, 2 nothing could be "
    "taken.": (
        "シートに人が書いた修正を取り込みます。このコマンドを実行しない限り、何も取り込みません。\n\n"
        "同じシートをもう一度取り込んでも変わりません。書き換えたセルは以前の値に代わり、以前の値は履歴に残"
        "ります。\n"
        "終了コード: 0 はすべて取り込み済み、1 は取り込めない行または評価者間の食い違いあり、2 は何も取り込めな"
        "かったことを示します。"
    ),
    "A sheet with a column of paths and a column 'human score'.": "パスの列と「人の評価」の列があるシート。",
    "Who wrote the scores; by default a column 'rater' tells, else the sheet.": (
        "点数を書いた人。省略すると「評価者」の列、なければシートの名前を使います。"
    ),
    "Header of the column with people's scores.": "人の点数の列見出し。",
    "Header of a column that names the content.": "素材を示す列の見出し。",
    "Range of the scores: 1,5 or 0,100; 5,1 says that 1 is the best.": (
        "点数の範囲(1,5 や 0,100)。5,1 は 1 が最良であることを示します。"
    ),
    "Show what was collected: who said what of which video, where, beside which rating.": (
        "収集した内容を表示します(誰が、どの動画に、どこで、どの評価の横に何点を付けたか)。"
    ),
    "Also what was edited or taken back.": "変更・取り消しされたものも表示します。",
    "Write what people say now as a table that 'xl-vqa labels prepare' reads: a row for each person and video.": (
        "現在の人の評価を、'xl-vqa labels prepare' で読める表に書き出します(人と動画ごとに 1 行)。"
    ),
    "The table to write (.csv).": "書き込む表(.csv)。",
    # labels hold-out
    "Fix the videos by which every new version of a model is judged: once, by content, and never learned.\n\n"
    "Take videos that no model was taught, of every source, and that several people scored.": (
        "モデルの新しい版を判定する動画を固定します。内容で一度だけ固定し、学習には決して使いません。\n\n"
        "どのモデルも学習していない動画を、すべての取得元から、複数の人が評価したものを選んでください。"
    ),
    "A manifest, or a table with paths and people's scores.": "マニフェスト、またはパスと人の点数の表。",
    "The file to write (.json); else in the data folder.": (
        "書き込むファイル(.json)。省略するとデータフォルダーに置きます。"
    ),
    "Of a manifest take this part alone, such as test.": "マニフェストのうち、この分割だけを使います(test など)。",
    "A column whose values are judged apart, such as an attribute; repeatable.": (
        "値ごとに分けて判定する列(属性など)。複数指定できます。"
    ),
    # retrain
    "Fine-tune from the present model on with collected corrections and a replay; a gate decides what "
    "serves.\n\n"
    "The labels are looked at first: what is shifted, turned round, shuffled, constant or of one source is "
    "refused\nby name and row. Both models then rate the hold-out. The verdict lies in FOLDER.retrain as a "
    "page "
    "and as JSON.\n"
    "Exit status: 0 promoted, or fit to be; 1 the labels were refused or the gate said no; 2 it could not run.": (
        "収集した修正と以前の学習データの復習で現在のモデルを微調整し、切り替えてよいかを判定します。\n\n"
        "先にラベルを調べ、ずれ、逆順、入れ替わり、一定、単一の取得元などの問題があれば、該当する行とともに"
        "拒否します。\n"
        "次に両モデルがホールドアウトを評価します。判定は FOLDER.retrain にページと JSON で残ります。\n"
        "終了コード: 0 は昇格済みまたは昇格可能、1 はラベルの拒否または不合格、2 は実行できなかったことを示"
        "します。"
    ),
    "Folder of the new version; it must not exist yet.": "新しい版のフォルダー(まだ存在しないもの)。",
    "What 'xl-vqa labels hold-out' fixed; by default that of the data folder.": (
        "'xl-vqa labels hold-out' で固定したファイル。省略するとデータフォルダーのものを使います。"
    ),
    "A name from 'xl-vqa models list'; by default what serves.": (
        "'xl-vqa models list' の名前。省略すると使用中のモデルです。"
    ),
    "What to call the first version that comes from the starter.": ("スターターモデルから作る最初の版の名前。"),
    "Manifest of what was learned before; by default the model's own.": (
        "以前の学習データのマニフェスト。省略するとモデル自身のものを使います。"
    ),
    "Learn the new labels alone; much is forgotten.": "新しいラベルだけを学習します。以前の内容の多くを忘れます。",
    "Share of the replay among what is learned.": "学習データに占める復習の割合。",
    "A kind of finding that you looked at and let through; may be repeated.": (
        "確認済みとして通す問題の種類。複数指定できます。"
    ),
    "Leave out corrections of videos of the hold-out.": "ホールドアウトの動画に対する修正を除きます。",
    "MOS that a part of the videos may get worse by.": "部分ごとに許容する悪化の幅(MOS)。",
    "Judge, and leave the present model in its place.": "判定だけを行い、現在のモデルを使い続けます。",
    "Change one value of the recipe: --set epochs=2.": "レシピの値を 1 つ変更します(--set epochs=2)。",
    "Go on with a run that was stopped.": "中断した実行を続けます。",
    "Look at the labels and stop before training.": "ラベルを調べ、学習の前で止めます。",
    "Print the verdict as JSON.": "判定を JSON で出力します。",
    # models promote, rollback, history
    "Let a name mean a new version. The verdict of 'retrain' goes into the history where it lies beside.\n\n"
    "Sheets keep the name and their scores; the next run marks these as of the version before. "
    "Cells with formulas\nkeep them, with a remark, until 'xl-vqa models follow'.": (
        "モデルの名前を新しい版に切り替えます。'retrain' の判定が隣にあれば履歴に残します。\n\n"
        "シートの名前とスコアはそのまま残り、次の実行時に以前の版のものとして印が付きます。"
        "数式のセルは、'xl-vqa models follow' を実行するまで以前のスコアを注記付きで保ちます。"
    ),
    "Folder of a new version, as 'xl-vqa retrain' leaves it.": "'xl-vqa retrain' で作った新しい版のフォルダー。",
    "Whose version it is; by default of the model that serves.": (
        "どのモデルの版か。省略すると使用中のモデルです。"
    ),
    "What to call a version that comes from the starter.": "スターターモデルから作った版の名前。",
    "Let cells with formulas take the scores of the present version; until then they keep those they had.": (
        "数式のセルを使用中の版のスコアに切り替えます。それまでは以前のスコアが保たれます。"
    ),
    "Go back to the version before the last promotion, from the next rating on.": (
        "次の評価から、最後に昇格する前の版に戻します。"
    ),
    "A name; by default the model that serves.": "名前。省略すると使用中のモデルです。",
    "Why, for the history.": "履歴に残す理由。",
    "Show what was promoted and rolled back, when, and by which verdict.": (
        "昇格と差し戻しの履歴を、日時と判定とともに表示します。"
    ),
    "A name; by default all.": "名前。省略するとすべて表示します。",
}
