"""Sentences that the KPI tracker forms of its figures: lights, verdicts, what to check. English and Japanese."""

from __future__ import annotations

from typing import Final

VERDICT_WORDS: Final[dict[str, tuple[str, str]]] = {
    # lights
    "light_green": ("on target", "達成"),
    "light_unclear": ("undecided", "判断保留"),
    "light_amber": ("close", "あと少し"),
    "light_red": ("missed", "未達"),
    "never": ("never", "回収不可"),
    # behind a figure: which way it went
    "u_fewer": (" fewer", " 減"),
    "u_more": (" more", " 増"),
    "u_same": ("no change", "変化なし"),
    "u_lower": (" pt lower", " pt 低下"),
    "u_higher": (" pt higher", " pt 上昇"),
    # the whole
    "list_comma": ("; ", "、"),
    "whole_nothing": ("No figure can be judged yet.", "判定できる数値がまだありません。"),
    "whole_green": ("Every judged figure is on target. ", "判定対象の数値はすべて目標を達成しています。"),
    "whole_red": ("Missed: {list}. ", "未達:{list}。"),
    "whole_amber": ("Close: {list}. ", "あと少し:{list}。"),
    "whole_unclear": ("Undecided, chance may explain it: {list}. ", "判断保留(偶然の可能性あり):{list}。"),
    "whole_none": ("No figure yet: {list}.", "未算出:{list}。"),
    # complaints
    "fewer_complaints": ("Fewer complaints, more than chance explains.", "クレームは偶然を超えて減少しました。"),
    "more_complaints": ("More complaints, more than chance explains.", "クレームは偶然を超えて増加しました。"),
    "no_change": ("No change beyond chance.", "偶然を超える変化はありません。"),
    "no_complaints": ("No complaint in either period.", "導入前・導入後ともクレームはありません。"),
    "not_causal": ("(before/after, not causal)", "(前後比較であり、因果関係を示すものではありません)"),
    "none_before": (
        "No comparison: the log has no row before AI was in use (see 'AI in use from' in Settings).",
        "比較できません:AI 運用開始前の行がありません(「設定」の AI 運用開始日をご確認ください)。",
    ),
    "none_after": (
        "No comparison: the log has no row since AI is in use (see 'AI in use from' in Settings).",
        "比較できません:AI 運用開始後の行がありません(「設定」の AI 運用開始日をご確認ください)。",
    ),
    "too_many_before": (
        "More complaints than videos before AI was in use ({n} on {all}). ",
        "AI 運用開始前のクレーム件数が動画の本数を超えています({all} 本に {n} 件)。",
    ),
    "too_many_after": (
        "More complaints than videos since AI is in use ({n} on {all}). ",
        "AI 運用開始後のクレーム件数が動画の本数を超えています({all} 本に {n} 件)。",
    ),
    "count_videos": (
        "A share has no interval then: enter the number of videos of every row.",
        "この場合、信頼区間は求められません。各行の本数をご記入ください。",
    ),
    # what people looked at
    "checked_none": (
        "No row since AI is in use has an AI score.",
        "AI 運用開始以降に AI スコアのある行がありません。",
    ),
    "checked": (
        "People scored {a} of the {b} videos below the threshold, and {c} of the {d} that pass.",
        "しきい値未満の {b} 本のうち {a} 本、通過する {d} 本のうち {c} 本に人の評価があります。",
    ),
    "checked_unknown": (
        " Without some of both, nothing is known of escapes: have people score a few videos of either side.",
        "両側の評価がないと見逃しは分かりません。それぞれ数本を人が評価してください。",
    ),
    # money
    "noise": (
        "{amount} {currency} of the net benefit is complaints, whose change is not beyond chance; without them it "
        "is {sure}.",
        "純便益のうち {amount} {currency} はクレーム分で、その変化は偶然の範囲です。除くと {sure} になります。",
    ),
    "noise_none": (
        "Nothing in it rests on a change that chance may explain.",
        "偶然の範囲の変化に基づく金額は含まれていません。",
    ),
    # drift
    "drift_no": ("stable", "安定"),
    "drift_maybe": ("watch", "要観察"),
    "drift_yes": ("DRIFT: check videos and model", "ドリフトあり:動画とモデルをご確認ください"),
    "drift_tile": ("DRIFTED", "ドリフトあり"),
    # what to check
    "problem_scale_same": (
        "Settings names the same score as people's worst and best. ",
        "「設定」の人の評価の最低と最高が同じ値です。",
    ),
    "problem_undated": (
        "{n} rows have no date that can be read (from 2000 on) and count nowhere. ",
        "読み取れる日付(2000 年以降)のない行が {n} 行あり、集計されていません。",
    ),
    "problem_scores": (
        "{n} cells are no score of their scale and are left out (people's scale in Settings: {low} to {high}). ",
        "尺度に合わないセルが {n} 個あり、集計から除かれています(「設定」の人の評価の尺度:{low}~{high})。",
    ),
    "problem_amounts": (
        "{n} cells for videos, minutes, complaints or missed defects hold no number of 0 or more (digits as text "
        "are none) and are left out. ",
        "本数・時間・クレーム・見逃しの列に 0 以上の数値でないセルが {n} 個あり(文字の数字を含む)、"
        "集計から除かれています。",
    ),
    "problem_settings": (
        "{n} cells in Settings hold text where a date or a number belongs. ",
        "「設定」に、日付や数値ではなく文字が入っているセルが {n} 個あります。",
    ),
    "problem_doubled": (
        "{n} rows stand twice, with the video, date, scores and minutes of another: every figure counts them "
        "again. Delete them. ",
        "動画・日付・スコア・時間が他の行と同じ行が {n} 行あり、重ねて集計されています。削除してください。",
    ),
    "problem_other_scale": (
        "{n} of {all} numbers under '{column}' lie outside {low} to {high}: if it is another scale (percent?), "
        "those inside are counted as what they are not. Check the scale in Settings. ",
        "「{column}」の数値 {all} 個のうち {n} 個が {low}~{high} の範囲外です。別の尺度(百分率など)であれば、"
        "範囲内の数値も誤って集計されています。「設定」の尺度をご確認ください。",
    ),
    "problem_beyond": (
        "{n} cells below row {row} are not counted. ",
        "{row} 行目より下のセル {n} 個は集計されていません。",
    ),
    "problem_tenth": (
        "All of people's scores lie in the lowest tenth of {low} to {high}: is their scale in Settings right? ",
        "人の評価がすべて {low}~{high} の最下位 1 割に入っています。「設定」の尺度をご確認ください。",
    ),
    "problem_uneven": (
        "People scored one side of the threshold far more often than the other: counted up to all videos, the "
        "escape rate is {figure}. ",
        "人の評価がしきい値の片側に偏っています。全動画に引き伸ばした見逃し率は {figure} です。",
    ),
    "problem_reversed": (
        "AI and people run opposite ways: is the worst score of people the right way round in Settings? ",
        "AI と人の評価が逆の順になっています。「設定」の人の評価の最低と最高が逆でないかご確認ください。",
    ),
    "problem_complaints": (
        "There are more complaints than videos. ",
        "クレーム件数が動画の本数を超えています。",
    ),
}
