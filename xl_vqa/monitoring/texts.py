"""Words of monitoring in English and Japanese: alarms, what to do, and what is not known."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, tuple[str, str]]] = {
    "title": ("Do the scores still mean what they did?", "スコアの意味は変わっていないか"),
    "made": ("Made on {date} with xl_vqa {version}", "作成日時 {date}(xl_vqa {version})"),
    "alarms": ("Alarms", "アラーム"),
    "no_alarms": (
        "No alarm: nothing differs from the reference by more than chance.",
        "アラームはありません。基準との差は偶然の範囲です。",
    ),
    "figures": ("All figures", "すべての数値"),
    "rate": (
        "Where nothing has changed, at most {rate:.0%} of runs alarm, over all {count} figures of a run together.",
        "変化がない場合にアラームが出るのは、実行の {rate:.0%} 以下です(数値 {count} 件の全体)。",
    ),
    "rows": ("Which rows", "該当する行"),
    "more_rows": ("{rows} and {count} more", "{rows} ほか {count} 件"),
    "unknown": ("What is not known", "わからないこと"),
    "model": ("Model", "モデル"),
    "source": ("Folder or source", "フォルダーまたは取得元"),
    "figure": ("Figure", "指標"),
    "value": ("Value", "値"),
    "p": ("Chance", "偶然の確率"),
    "verdict": ("Verdict", "判定"),
    "alarm": ("Alarm", "アラーム"),
    "quiet": ("Quiet", "変化なし"),
    "all_sources": ("all sources", "すべての取得元"),
    "no_model": ("model not named", "モデル名なし"),
    "written": ("Written to {path}", "{path} に書き込みました"),
    # figures
    "psi": ("Scores against the reference (PSI)", "スコアの分布の変化(PSI)"),
    "ks": ("Scores against the reference (KS distance)", "スコアの分布の変化(KS 距離)"),
    "off_digits": ("Off-digit mass higher than before", "ラベル外確率の上昇"),
    "failures": ("Failures, rise of the share", "失敗の割合の増加"),
    "outside": ("Outside what was taught, rise of the share", "学習範囲外の動画の割合の増加"),
    "cusum": ("People minus model, MOS (CUSUM)", "人とモデルの MOS の差(CUSUM)"),
    "chart": ("People minus model, MOS (control chart)", "人とモデルの MOS の差(管理図)"),
    # an alarm: what happened, and what to do
    "alarm_psi": (
        "{where}: the scores are spread otherwise than in the reference (PSI {value:.2f}). Look at "
        "the {count} videos "
        "where scores have become more common: is it new content, another encoder, another setting? If it is "
        "meant, keep a new reference with --save-reference; else let people rate some of them.",
        "{where}: スコアの分布が基準と異なります(PSI {value:.2f})。増えたスコア帯の動画 {count} 本について、"
        "素材、エンコーダー、設定の変更をご確認ください。意図した変更であれば --save-reference "
        "で基準を保存し直し、"
        "そうでなければ一部を人が評価してください。",
    ),
    "alarm_ks": (
        "{where}: the scores have moved against the reference (KS distance {value:.2f}). Look at "
        "the {count} videos "
        "furthest out: is it new content, another encoder, another setting? If it is meant, keep a new reference "
        "with --save-reference; else let people rate some of them.",
        "{where}: スコアが基準から移動しています(KS 距離 {value:.2f})。最も離れた動画 {count} 本について、素材、"
        "エンコーダー、設定の変更をご確認ください。意図した変更であれば --save-reference で基準を保存し直し、"
        "そうでなければ一部を人が評価してください。",
    ),
    "alarm_off_digits": (
        "{where}: the off-digit mass is higher than in the reference (a new video has more in "
        "{value:.0%} of pairs). "
        "The model may not know such videos; let people rate the {count} that stand out, and do not rely on "
        "their scores until then.",
        "{where}: ラベル外確率が基準より上がっています(比較した組の {value:.0%} で新しい動画のほうが高い)。"
        "モデルが知らない種類の動画かもしれません。目立つ {count} 本を人が評価し、"
        "それまでスコアに頼らないでください。",
    ),
    "alarm_failures": (
        "{where}: more videos fail than in the reference (the share rose by {value:.1%}). Read the errors of the "
        "{count} rows, and try 'xl-vqa check-videos' on their files.",
        "{where}: 失敗する動画の割合が基準より {value:.1%} 増えています。{count} "
        "行のエラーを確認し、そのファイルに "
        "'xl-vqa check-videos' を実行してください。",
    ),
    "alarm_outside": (
        "{where}: more videos are unlike what the model was taught than in the reference (the share rose by "
        "{value:.1%}). Look at the {count} videos: is it new content or a new kind of fault? Let people "
        "rate them, "
        "do not rely on their scores until then, and fine-tune with them if more will come.",
        "{where}: モデルの学習範囲と大きく異なる動画の割合が基準より {value:.1%} 増えています。該当する "
        "{count} 本について、"
        "新しい素材や新しい種類の不良でないかをご確認ください。人が評価するまではスコアに頼らず、"
        "今後も続く場合は微調整に加えてください。",
    ),
    "alarm_cusum": (
        "{where}: people and the model have moved apart by {value:.2f} MOS over {count} rows. Check "
        "whether people's "
        "standard or the content changed there; then run 'xl-vqa calibrate' or fine-tune with these rows.",
        "{where}: 人とモデルの評価が {count} 行にわたり MOS で {value:.2f} 離れています。人の基準や素材の変化を"
        "確認し、'xl-vqa calibrate' を実行するか、この行を含めて微調整してください。",
    ),
    "alarm_chart": (
        "{where}: in {count} rows one after another people and the model lie {value:.2f} MOS "
        "further apart than in the "
        "reference. Check these rows first: a wrong file, another person rating, or a typing error "
        "shows like this.",
        "{where}: 連続する {count} 行で、人とモデルの評価の差が基準より MOS で {value:.2f} 大きくなっています。"
        "ファイルの取り違え、評価者の交代、入力ミスの可能性があるため、まずこの行をご確認ください。",
    ),
    # what is not known
    "unknown_gaps": (
        "{where}: too few scores by people on both sides (or all alike) to tell whether they and the model "
        "move apart; give a sheet with people's scores.",
        "{where}: 両期間で人の評価が少ない(またはすべて同じ)ため、モデルとの差の推移を判断できません。人の評価の"
        "あるシートを指定してください。",
    ),
    "unknown_failures": (
        "{where}: failures are not known, because no column of errors was read; the store keeps "
        "none, a result sheet does.",
        "{where}: エラー列がないため失敗を判断できません(保存済みの評価には含まれません)。"
        "エラー列のある結果シートを指定してください。",
    ),
    "unknown_outside": (
        "{where}: no rating is marked as unlike what the model was taught: there was none, or the model does not "
        "know what it was taught.",
        "{where}: 学習範囲外とされた評価がありません(該当する動画がなかったか、モデルに学習範囲の情報があり"
        "ません)。",
    ),
    "unknown_off_digits": (
        "{where}: the off-digit mass is not known; a .json that 'xl-vqa score -o' wrote has it.",
        "{where}: ラベル外確率がわかりません。'xl-vqa score -o' の .json には含まれます。",
    ),
    "few": (
        "{where}: fewer than {fewest} scores in the reference or after it; nothing is said of it alone.",
        "{where}: 基準またはその後のスコアが {fewest} 件未満のため、単独では判断しません。",
    ),
    "few_more": (
        "{count} more sources have too few scores.",
        "ほか {count} 件の取得元もスコアが不足しています。",
    ),
    "damaged": (
        "{count} stored ratings are damaged and were left out.",
        "破損した保存済み評価 {count} 件を除きました。",
    ),
    "no_score": (
        "{count} rows without a score were left out.",
        "スコアのない {count} 行を除きました。",
    ),
    "in_future": (
        "{count} rows are dated in the future, perhaps by a clock that was wrong; they count as the latest.",
        "日時が未来の行が {count} 件あります(時計のずれの可能性があります)。最も新しい行として扱いました。",
    ),
    "no_time": (
        "{count} rows do not say when they were rated and were left out.",
        "評価日時のない {count} 行を除きました。",
    ),
    "score_outside": (
        "{count} scores lie outside the labels of the scale (10 to 50 unless --scale names others, as 1,5,10,90) "
        "and were left out; a 0 stands for a video that was not rated.",
        "ラベルの尺度の範囲外のスコア {count} 件を除きました(範囲は 10~50。ほかの範囲は --scale 1,5,10,90 のように"
        "指定)。0 は未評価とみなします。",
    ),
    "repeated": (
        "{count} rows say again what an earlier row says of the same video (rater, model, time and scores) and "
        "count once.",
        "{count} 行は、同じ動画の前の行と評価者・モデル・日時・スコアが同じため、1 回だけ数えました。",
    ),
    "outside_scale": (
        "{count} scores lie outside the scale and were not held against the model; --scale names another one.",
        "尺度の範囲外の評価 {count} 件はモデルと比較していません(別の尺度は --scale で指定)。",
    ),
    "not_in_store": (
        "{count} rows of the sheet have no stored rating by a model.",
        "シートの {count} 行には、モデルによる保存済みの評価がありません。",
    ),
    "crashes": (
        "The scoring host ended over {count} videos in the last days: {rows}",
        "この数日間に、スコアリングホストが動画 {count} 本の処理中に終了しました: {rows}",
    ),
    "outside_period": (
        "{count} rows lie outside the period of Settings and were left out.",
        "「設定」の期間外の {count} 行を除きました。",
    ),
    # the page of the KPI tracker
    "page_made": ("Looked at on {date}: {count} alarms", "{date} に確認:アラーム {count} 件"),
    "page_reference": (
        "{where}: {now} scores held against a reference of {before}.",
        "{where}: 基準 {before} 件に対し、その後の {now} 件を比較しました。",
    ),
    "page_more_alarms": (
        "{count} more alarms: 'xl-vqa monitor' prints them all.",
        "ほかにアラーム {count} 件(すべては「xl-vqa monitor」で表示されます)。",
    ),
    "page_more_groups": (
        "{count} more sources: 'xl-vqa monitor' shows them all.",
        "ほかに取得元 {count} 件(すべては「xl-vqa monitor」で表示されます)。",
    ),
    "page_more_notes": ("{count} more.", "ほか {count} 件。"),
    "page_written": ("Page Monitor of {path} filled in", "{path} の「監視」シートに記入しました"),
    # pictures
    "score_axis": ("Score (label)", "スコア(ラベル)"),
    "share_axis": ("Share of rows", "行の割合"),
    "row_axis": ("Rows after the reference", "基準より後の行"),
    "cusum_axis": ("CUSUM, standard deviations", "CUSUM(標準偏差)"),
    "chart_axis": ("Means of {group} rows, standard deviations", "{group} 行の平均(標準偏差)"),
    "scores_note": (
        "Grey: reference. Blue: the rows held against it. The bins are those of PSI.",
        "灰色は基準、青は比較した行です。区切りは PSI のものです。",
    ),
    "walk_note": (
        "Dashed: what {rate:.0%} of walks without a change pass.",
        "破線は、変化がなくても {rate:.0%} が超える線です。",
    ),
}

tr: Final = Table(TEXTS)
