"""Words of a comparison of schemes, in English and Japanese."""

from __future__ import annotations

import re
from typing import Final

from xl_vqa.evaluation.report_texts import REPORT
from xl_vqa.evaluation.result import Notice
from xl_vqa.evaluation.scheme_comparison import Key, SchemeComparison
from xl_vqa.evaluation.texts import word
from xl_vqa.words.table import Table

_INTEGER: Final = re.compile(r"integer@(\d+)-(\d+)/(\d)")

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Schemes of teaching a score, compared", "スコアの学習方式の比較"),
    "what": ("What was compared", "比較の対象"),
    "videos": ("Videos judged", "評価した動画"),
    "videos_value": ("{n} ({split})", "{n} 本({split})"),
    "runs": ("Training runs", "学習の回数"),
    "runs_value": ("{done} finished, {failed} failed", "完了 {done} 回、失敗 {failed} 回"),
    "seeds": ("Seeds", "シード"),
    "intervals_content": (
        "bootstrap of {n} resamples; whole contents and seeds drawn (seed {seed})",
        "ブートストラップ {n} 回、素材とシードを再標本化(シード {seed})",
    ),
    "intervals_video": (
        "bootstrap of {n} resamples; videos and seeds drawn (seed {seed})",
        "ブートストラップ {n} 回、動画とシードを再標本化(シード {seed})",
    ),
    "mapping": ("Mapping before PLCC and RMSE", "写像(PLCC、RMSE の前)"),
    "reference": ("Reference", "基準"),
    "verdict_none": (
        "No variant differs from {reference} in {figure} by more than the noise of videos and seeds.",
        "{figure} について、動画とシードによるばらつきを超えて「{reference}」と異なる方式はありません。",
    ),
    "verdict_unknown": (
        "Too few videos to tell in {figure} whether anything differs from {reference}.",
        "動画が少ないため、{figure} について「{reference}」との差は判断できません。",
    ),
    "verdict_some": (
        "In {figure}, better than {reference}: {better}. Worse: {worse}.",
        "{figure} について「{reference}」より優れる方式: {better}。劣る方式: {worse}。",
    ),
    "nobody": ("none", "なし"),
    "figures": ("Figures, means over the seeds", "指標(シード間の平均)"),
    "figures_note": (
        "Below each figure its 95% interval and the SD between seeds. Errors are in MOS. A mapping is fitted on "
        "other videos than those it is judged by.",
        "各指標の下は 95% 信頼区間とシード間の標準偏差(SD)です。誤差の単位は MOS です。写像は評価対象と別の動画で"
        "推定しています。",
    ),
    "scheme": ("Scheme", "方式"),
    "decoding": ("Decoding", "復号"),
    "seed_sd": ("SD {value}", "SD {value}"),
    "sd_of_seeds": ("SD of seeds", "シード間 SD"),
    "forest": ("{figure}: every seed, the mean and its interval", "{figure}: 各シード、平均、95% 信頼区間"),
    "scatter": ("{name}", "{name}"),
    "scatters": ("Prediction and MOS (mean over the seeds)", "予測と MOS(シード間の平均)"),
    "against": ("Each against the reference", "基準との差"),
    "against_note": (
        "The difference is the variant minus the reference, in the same resamples. Holm's correction is over all "
        "variants in each figure; a verdict needs a corrected p below 0.05.",
        "差は「各方式 − 基準」で、同じ再標本で計算しています。Holm 補正は指標ごとにすべての方式に対して行い、"
        "補正後の p が 0.05 未満のときに判定します。",
    ),
    "variant": ("Variant", "方式 / 復号"),
    "better": ("better than the reference", "基準より優れる"),
    "worse": ("worse than the reference", "基準より劣る"),
    "open": ("cannot be told apart", "差は認められない"),
    "ceilings": ("What the coding alone loses", "符号化だけで失われる分"),
    "ceilings_note": (
        "The agreement with the MOS of a model that answers perfectly in this scheme.",
        "その方式で完全に正解した場合の MOS との一致度です。",
    ),
    "distinct": ("Different values", "値の種類"),
    "cost": ("Training runs and their cost", "学習の実行と負荷"),
    "seed": ("Seed", "シード"),
    "minutes": ("Minutes", "分"),
    "peak_mb": ("Peak memory (MB)", "最大メモリ(MB)"),
    "best_epoch": ("Best epoch", "最良エポック"),
    "state": ("Result", "結果"),
    "done": ("finished", "完了"),
    "left_out": ("Videos left out", "除外した動画"),
    "reason": ("Reason", "理由"),
    "integer": ("integer", "整数"),
    "decimal": ("decimal", "小数"),
    "levels": ("levels (words)", "5 段階の言葉"),
    "expectation": ("expectation", "期待値"),
    "median": ("median", "中央値"),
    "greedy": ("greedy", "貪欲法"),
    "map": ("most likely", "最尤"),
    "sheet_figures": ("Figures", "指標"),
    "sheet_intervals": ("Intervals", "信頼区間"),
    "sheet_comparisons": ("Differences", "差"),
    "sheet_seeds": ("Seeds", "シード"),
    "sheet_predictions": ("Predictions", "予測"),
    "sheet_runs": ("Runs", "実行"),
    "search_title": ("Search for the label range and the compared digits", "ラベル範囲と比較桁数の探索"),
    "labels_and_digits": ("Labels, digits the loss sees", "ラベル / 損失に使う桁数"),
    "integer_labels": ("integers {low}–{high}, {digits} digits", "整数 {low}〜{high}、{digits} 桁"),
    "search_beyond_noise": (
        "Chosen: {chosen}. It is better than the default by more than the noise of videos and seeds.",
        "選択: {chosen}。動画とシードによるばらつきを超えて既定より優れています。",
    ),
    "search_within_noise": (
        "The default stays: {chosen}. No candidate is better by more than the noise of videos and seeds.",
        "既定のままとします: {chosen}。動画とシードによるばらつきを超えて優れる候補はありません。",
    ),
    "search_alone": (
        "The default stays: {chosen}. There was no other candidate to hold it against.",
        "既定のままとします: {chosen}。比較できる候補がありませんでした。",
    ),
    "search_noise": (
        "Differences in SRCC below about {noise} cannot be seen with these videos and seeds.",
        "この動画数とシード数では、約 {noise} 未満の SRCC の差は判別できません。",
    ),
    "search_cost": ("Cost: {runs} training runs, {minutes} minutes.", "所要: 学習 {runs} 回、{minutes} 分。"),
    "search_recipe": ("For the training recipe:", "学習レシピへの記述:"),
    "low": ("95% low", "95% 下限"),
    "high": ("95% high", "95% 上限"),
    "mean": ("Mean", "平均"),
    "unequal_start": (
        "The schemes start from unequal places: {model}, which every run begins with, has learned {scheme} "
        "before. "
        "What favours it here may be that head start. To compare the schemes themselves, begin with a model that "
        "has learned none.",
        "各方式の出発点は同じではありません。すべての学習の元になる {model} は、すでに {scheme} 方式を学習して"
        "います。この方式に有利な差は、その影響かもしれません。方式自体を比べるには、どの方式も学習していない"
        "モデルから始めてください。",
    ),
    "one_seed": (
        "Some schemes have a single seed: the noise of training is not in their intervals. Take three seeds or "
        "more before you believe a difference.",
        "シードが 1 つだけの方式があり、学習のばらつきが区間に含まれていません。差を判断するには 3 つ以上の"
        "シードで実行してください。",
    ),
    "unequal_seeds": (
        "Not all schemes have the same seeds, because runs failed. Their differences are less certain than shown.",
        "失敗した実行があるため、方式によってシードが異なります。差は表示よりも不確かです。",
    ),
    "runs_failed": (
        "Training runs that failed: {count}. The table of runs says why; the same command tries them again.",
        "学習に失敗した実行が {count} 回あります。理由は実行の表をご覧ください。同じコマンドで再実行できます。",
    ),
    "videos_left_out": (
        "Videos that not every run could rate, and that were left out for all: {count}.",
        "一部の実行で評価できなかった動画 {count} 本を、すべての方式から除きました。",
    ),
}

say: Final = Table({**REPORT, **TEXTS})


def name_of(key: str, language: str) -> str:
    """A scheme or decoding as people read it; one that has no words here as it is."""
    labels = _INTEGER.fullmatch(key)
    if labels is not None:
        low, high, digits = labels.groups()
        return say("integer_labels", language, low=low, high=high, digits=digits)
    return say(key, language) if key in TEXTS else key


def shown_variant(key: Key, language: str) -> str:
    return f"{name_of(key[0], language)} / {name_of(key[1], language)}"


def notice_words(notice: Notice, language: str) -> str:
    if notice.code in TEXTS:
        named = {"scheme": name_of(notice.params["scheme"], language)} if "scheme" in notice.params else {}
        return say(notice.code, language, **{**notice.params, **named})
    return word(notice.code, language, **notice.params)


def verdict_words(comparison: SchemeComparison, language: str, statistic: str = "srcc") -> str:
    """One sentence: who differs from the reference in ``statistic``, after correction."""
    keys = {f"{v.scheme} / {v.decoding}": v.key for v in comparison.variants}
    named: dict[bool, list[str]] = {True: [], False: []}
    family = [one for one in comparison.comparisons if one.statistic == statistic]
    for one in family:
        if one.better is not None:
            named[one.better].append(shown_variant(keys[one.baseline], language))
    params = {"reference": shown_variant(comparison.reference, language), "figure": statistic.upper()}
    if family and all(one.p is None for one in family):
        return say("verdict_unknown", language, **params)
    if not named[True] and not named[False]:
        return say("verdict_none", language, **params)
    words = {side: ", ".join(names) or say("nobody", language) for side, names in named.items()}
    return say("verdict_some", language, better=words[True], worse=words[False], **params)


def fact_lines(comparison: SchemeComparison, language: str) -> list[tuple[str, str]]:
    """What was compared, as pairs of a name and a value."""
    c = comparison
    seeds = sorted({run.seed for run in c.runs})
    done = len(c.runs) - len(c.failed)
    return [
        (say("videos", language), say("videos_value", language, n=len(c.videos), split=c.split)),
        (say("contents", language), say("unknown", language) if c.contents is None else str(c.contents)),
        (say("runs", language), say("runs_value", language, done=done, failed=len(c.failed))),
        (say("seeds", language), ", ".join(map(str, seeds))),
        (
            say("intervals", language),
            say(f"intervals_{c.resampled}", language, n=c.resamples, seed=c.seed),
        ),
        (say("mapping", language), word(c.mapping, language)),
        (say("reference", language), shown_variant(c.reference, language)),
    ]
