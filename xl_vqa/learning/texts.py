"""Words of learning on in English and Japanese: what was collected, what a batch shows, what the gate says."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, tuple[str, str]]] = {
    # labels collect, list, export
    "collected": (
        "{new} new, {edited} edited, {same} as before, {withdrawn} taken back; {labels} videos have a label.",
        "新規 {new} 件、変更 {edited} 件、変更なし {same} 件、取り消し {withdrawn} 件。ラベルのある動画は "
        "{labels} 本です。",
    ),
    "edited": ("row {row}: {before:g} became {after:g}", "{row} 行目: {before:g} から {after:g} に変更"),
    "contradiction": (
        "{video}: {said}. The label is their mean {mos:.2f}, spread {spread:.2f}.",
        "{video}: {said}。ラベルは平均 {mos:.2f}(差 {spread:.2f})とします。",
    ),
    "asked": (
        "{video}: {said}. They are {spread:.2f} apart, so it is not learned until one of them is changed: "
        "watch it "
        "together, edit a cell, and collect the sheet again.",
        "{video}: {said}。差が {spread:.2f} あるため、どちらかが修正されるまで学習に使いません。一緒に見直"
        "し、セルを"
        "修正してから、シートをもう一度収集してください。",
    ),
    "said": ("{who} {mos:g} ({place})", "{who} {mos:g}({place})"),
    "salvaged": (
        "The label store was damaged; {saved} corrections of it could be saved. The old file is {path}.",
        "ラベル保存ファイルが破損していました。{saved} 件の修正を救出しました。元のファイルは {path} です。",
    ),
    "no_labels": (
        "No corrections are collected yet. Write them into a column 'human score' and type: xl-vqa labels "
        "collect "
        "SHEET",
        "収集した修正はまだありません。「人の評価」の列に点数を書き、次を実行してください: xl-vqa labels "
        "collect シート",
    ),
    "col_video": ("Video", "動画"),
    "col_mos": ("MOS", "MOS"),
    "col_spread": ("Spread", "差"),
    "col_who": ("Who", "評価者"),
    "col_place": ("Where", "場所"),
    "col_model": ("Model then", "当時のモデル"),
    "col_state": ("State", "状態"),
    "state_current": ("holds", "有効"),
    "state_replaced": ("edited {at}", "{at} に変更"),
    "state_withdrawn": ("taken back {at}", "{at} に取り消し"),
    "state_asked": ("to be settled", "要確認"),
    "more": ("... and {count} more; --json has all.", "ほか {count} 件。--json ですべて出力します。"),
    "exported": (
        "{count} scores of {videos} videos in {path}; {asked} videos that people must settle first are "
        "left out. "
        "Next: xl-vqa labels prepare {typed}",
        "{videos} 本の動画の点数 {count} 件を {path} に書き出しました。先に確認が必要な {asked} 本は除きま"
        "した。"
        "次のコマンド: xl-vqa labels prepare {typed}",
    ),
    # what a batch shows: what is wrong, and what to do
    "batch_title": ("What speaks against these labels", "ラベルの問題点"),
    "who_all": ("the batch", "全体"),
    "finding_constant": (
        "{who}: one and the same score ({value:.1f}) for all {count} videos, which the model finds unlike. "
        "Were the "
        "cells filled down?",
        "{who}: 動画 {count} 本すべてに同じ点数({value:.1f})が付いていますが、モデルの評価は異なります。セ"
        "ルを下へ"
        "コピーしていませんか。",
    ),
    "finding_shift": (
        "{who}: the scores lie {value:+.2f} MOS from where people's lie on the hold-out. Another scale, or "
        "another "
        "standard? Collect with --scale, or rate some of them together.",
        "{who}: 点数が、ホールドアウトでの人の評価より {value:+.2f} MOS ずれています。尺度や基準が違いませ"
        "んか。"
        "--scale を付けて収集し直すか、一部を一緒に評価してください。",
    ),
    "finding_flipped": (
        "{who}: the order is turned round (rank correlation with the model {value:+.2f}, on the hold-out "
        "{expected:+.2f}). Is 1 the best here? Collect with --scale 5,1.",
        "{who}: 順序が逆です(モデルとの順位相関 {value:+.2f}、ホールドアウトでは {expected:+.2f})。1 が最良では"
        "ありませんか。--scale 5,1 を付けて収集してください。",
    ),
    "finding_shuffled": (
        "{who}: the scores hardly follow the model's (rank correlation {value:+.2f}, expected "
        "{expected:+.2f}). Was a "
        "column sorted without the other?",
        "{who}: 点数がモデルの評価とほとんど対応していません(順位相関 {value:+.2f}、想定 {expected:+.2f})。"
        "一方の列"
        "だけを並べ替えていませんか。",
    ),
    "finding_scatter": (
        "{who}: the scores scatter {value:.1f} times as wide as people's on the hold-out. Were they given "
        "with care?",
        "{who}: 点数のばらつきがホールドアウトの {value:.1f} 倍あります。丁寧に評価されたものですか。",
    ),
    "finding_outliers": (
        "{who}: {count} scores ({value:.0%}) lie far from what the model and the hold-out let expect. Look "
        "at these "
        "videos again.",
        "{who}: {count} 件({value:.0%})の点数が想定から大きく外れています。該当する動画を見直してください。",
    ),
    "finding_rater": (
        "{who}: {value:+.2f} MOS from the others on the same videos. Agree on a standard, or leave this "
        "person out.",
        "{who}: 同じ動画に対する他の評価者との差が {value:+.2f} MOS あります。基準をそろえるか、この評価者"
        "を除いて"
        "ください。",
    ),
    "finding_copies": (
        "Copies of one video have different scores of one person ({value:.0%} of the videos). Settle them "
        "in the sheet.",
        "同じ動画の複製に、同じ人が異なる点数を付けています(動画の {value:.0%})。シートで修正してください。",
    ),
    "finding_contradictions": (
        "People contradict each other on {value:.0%} of the videos. Agree on a standard first.",
        "動画の {value:.0%} で評価者同士の点数が食い違っています。先に基準をそろえてください。",
    ),
    "finding_relabelled": (
        "{value:.0%} of the labels contradict what the present model was taught of the same videos. Which "
        "is right?",
        "ラベルの {value:.0%} が、同じ動画について現在のモデルが学習した内容と食い違っています。どちらが正"
        "しいですか。",
    ),
    "finding_one_source": (
        "All {count} labels are of one source, and there are {expected:.0f} others. Collect some of these, "
        "too, or say "
        "that it is meant.",
        "ラベル {count} 件がすべて 1 つの取得元のものです(ほかに {expected:.0f} 件の取得元があります)。ほか"
        "の取得元の"
        "動画も集めるか、意図したものであることを指定してください。",
    ),
    "accept_next": (
        "Nothing was trained. Where all is as it should be, say so: {options}",
        "学習は行っていません。問題がないと確認できた場合は、次を付けて実行してください: {options}",
    ),
    "accepted": ("Let through by a person: {kinds}.", "人が確認済み: {kinds}。"),
    "unknown_findings": (
        "Too few trusted scores, or a model too unlike people, to look for: {kinds}.",
        "信頼できる点数が少ないか、モデルと人の一致が低いため、確認できなかったもの: {kinds}。",
    ),
    "rows": ("Which rows", "該当する行"),
    "more_rows": ("{rows} and {count} more", "{rows} ほか {count} 件"),
    "left_out": ("What was left out", "除外したもの"),
    # the gate
    "title": ("May the new model take over?", "新しいモデルに切り替えてよいか"),
    "made": ("Made on {date} with xl_vqa {version}", "作成日時 {date}(xl_vqa {version})"),
    "decision_promoted": (
        "Yes: nowhere worse than {name} was, and {better:.3f} MOS nearer to people.",
        "はい。以前の {name} より悪い部分はなく、人の評価に {better:.3f} MOS 近づきました。",
    ),
    "decision_worse": ("No: it is worse than {name}.", "いいえ。{name} より悪くなっています。"),
    "decision_undecided": (
        "Not yet: the hold-out cannot tell whether it is worse than {name}.",
        "保留。{name} より悪いかどうか、このホールドアウトでは判断できません。",
    ),
    "decision_refused": (
        "No: the labels were refused, and nothing was trained.",
        "いいえ。ラベルに問題があるため、学習していません。",
    ),
    "gate_worse": (
        "Over all videos it is {change:+.3f} MOS further from people.",
        "全体で、人の評価から {change:+.3f} MOS 遠ざかりました。",
    ),
    "gate_part_worse": (
        "{part}: it is {change:+.3f} MOS further from people, which is no chance (p {p:.2g} after Holm). "
        "Collect labels "
        "of these videos, or replay more.",
        "{part}: 人の評価から {change:+.3f} MOS 遠ざかっており、偶然ではありません(Holm 補正後 p {p:.2g})。"
        "該当する動画の"
        "ラベルを集めるか、復習の割合を増やしてください。",
    ),
    "gate_order_worse": (
        "The order of the videos is told less well: rank correlation {old:.3f} before, {new:.3f} now.",
        "動画の順序の判定が悪くなりました(順位相関 {old:.3f} から {new:.3f})。",
    ),
    "gate_undecided": (
        "It may be up to {high:.3f} MOS further from people, more than the margin of {margin:g}. Fix a "
        "larger hold-out.",
        "人の評価から最大 {high:.3f} MOS 遠ざかっている可能性があり、許容幅 {margin:g} を超えます。ホールド"
        "アウトを"
        "大きくしてください。",
    ),
    "gate_few": (
        "The hold-out has {contents} contents; {fewest} are the least to judge by.",
        "ホールドアウトの素材が {contents} 件しかありません。判定には {fewest} 件以上が必要です。",
    ),
    "parts": ("Part by part", "部分ごとの結果"),
    "part": ("Part of the videos", "動画の部分"),
    "videos": ("Videos", "動画"),
    "contents": ("Contents", "素材数"),
    "before_mae": ("Before, MOS off", "以前の誤差(MOS)"),
    "after_mae": ("Now, MOS off", "新しい誤差(MOS)"),
    "change": ("Change", "変化"),
    "interval": ("90% interval", "90% 信頼区間"),
    "p_holm": ("Chance (Holm)", "偶然の確率(Holm)"),
    "judgement": ("Verdict", "判定"),
    "part_worse": ("worse", "悪化"),
    "part_fine": ("not worse", "悪化なし"),
    "part_few": ("too few to say", "少なく判断不可"),
    "whole": ("all videos", "すべての動画"),
    "part_source": ("folder or source", "フォルダーまたは取得元"),
    "part_band": ("band", "評価区分"),
    "part_length": ("length", "長さ"),
    "part_attribute": ("attribute", "属性"),
    "gate_rules": (
        "Distance from people in MOS, both models on the same {videos} videos, contents drawn {resamples} "
        "times. A part "
        "blocks where it is worse by more than {margin:g} MOS and that is no chance at {rate:.0%}, over "
        "all parts "
        "together; all videos together may not be further off by more than {equal:g}.",
        "同じ動画 {videos} 本での両モデルと人の評価の差(MOS)。素材を {resamples} 回再抽出しました。"
        "{margin:g} MOS を"
        "超えて悪化し、全部分を通じて {rate:.0%} の水準で偶然でない部分があれば不合格です。全体では "
        "{equal:g} を超える"
        "悪化を認めません。",
    ),
    "facts": ("The comparison", "比較の内容"),
    "fact_model": ("Model", "モデル"),
    "fact_labels": ("Labels learned", "学習したラベル"),
    "fact_mix": ("{new} new and {replayed} replayed for training", "学習用: 新規 {new} 件、復習 {replayed} 件"),
    "fact_hold_out": ("Hold-out", "ホールドアウト"),
    "fact_order": ("SRCC before and now", "SRCC(以前と新しい値)"),
    # retrain, models promote and rollback
    "looked_at": (
        "{labels} labels were looked at, nothing speaks against them. {new} train, with {replayed} of before.",
        "ラベル {labels} 件を確認し、問題は見つかりませんでした。新規 {new} 件と以前の {replayed} 件で学習"
        "します。",
    ),
    "written": ("Written to {path}", "{path} に書き込みました"),
    "now_follows": (
        "Cells with formulas take the scores of the present version of {name} when they are computed next.",
        "数式のセルは、次の再計算から {name} の使用中の版のスコアになります。",
    ),
    "now_serves": (
        "{name} is the new version from the next rating on. Scores in sheets stay, and the next run marks "
        "them as of "
        "the version before; --rescore makes them anew. Formulas keep them until: xl-vqa models follow. "
        "One step back: xl-vqa models rollback",
        "{name} は次の評価から新しい版になります。シートのスコアはそのまま残り、次の実行時に以前の版のもの"
        "として印が"
        "付きます。--rescore で付け直せます。数式を新しい版に切り替えるには: xl-vqa models follow。"
        "元に戻すには: xl-vqa models rollback",
    ),
    "kept_back": (
        "Not promoted (--no-promote). To do so: xl-vqa models promote {typed}",
        "昇格していません(--no-promote)。昇格するには: xl-vqa models promote {typed}",
    ),
    "stopped": (
        "Stopped; go on with: xl-vqa retrain -o {typed} --resume",
        "中断しました。続けるには: xl-vqa retrain -o {typed} --resume",
    ),
    "rolled_back": (
        "{name} is the version before again, from the next rating on: {folder}",
        "{name} は次の評価から以前の版に戻ります: {folder}",
    ),
    "no_history": ("No model was promoted yet.", "昇格したモデルはまだありません。"),
    "hold_out_fixed": (
        "{videos} videos of {contents} contents are fixed in {path}. They judge, and are never learned.",
        "動画 {videos} 本(素材 {contents} 件)を {path} に固定しました。判定専用で、学習には使いません。",
    ),
    "col_when": ("When", "日時"),
    "col_name": ("Name", "名前"),
    "col_action": ("What", "内容"),
    "col_verdict": ("Verdict", "判定"),
    "action_promoted": ("promoted", "昇格"),
    "action_rolled back": ("rolled back", "差し戻し"),
    "by_hand": ("without a verdict", "判定なし"),
}

tr: Final = Table(TEXTS)
