"""The help of every command and option in Japanese, by its English text, which stands beside the code.

A text without an entry is shown in English; a test sees to it that there is none.
"""

from __future__ import annotations

from typing import Final

from xl_vqa.cli.help_ja_learning import LEARNING_JA
from xl_vqa.cli.help_ja_models import MODELS_JA
from xl_vqa.cli.help_ja_team import TEAM_JA

_EXIT_ROWS: Final = (
    "終了コード: 0 はすべて評価済み、1 は一部の行がエラー、2 は何も処理できなかったことを示します。"
)

HELP_JA: Final[dict[str, str]] = {
    **LEARNING_JA,
    **MODELS_JA,
    "Video quality scores from a vision-language model, on your own machine.": (
        "視覚言語モデルによる動画品質スコア。処理はすべてこのコンピューター上で行います。"
    ),
    "Print the version.": "バージョンを表示します。",
    "Show this message and exit.": "このヘルプを表示します。",
    # score
    "Rate videos: one row per input, in input order.\n\nWithout -o a "
    "table is printed, or CSV where the output goes "
    "to a file or another program.\nExit status: 0 where all were rated, 1 where some rows are errors, 2 where "
    "nothing could be done.": (
        "動画を評価します。入力 1 件につき 1 行を、入力の順に出力します。\n\n"
        "-o がなければ表を表示します(出力先がファイルや別のプログラムの場合は CSV)。\n" + _EXIT_ROWS
    ),
    "Videos, folders or patterns such as 'clips/*.mp4'.": (
        "動画、フォルダー、または 'clips/*.mp4' のようなパターン。"
    ),
    "Videos, folders or patterns such as 'clips/*.mp4'; - reads them from the input, @list.txt from a "
    "file, without comments (# note).": (
        "動画、フォルダー、または 'clips/*.mp4' のようなパターン。- は標準入力の各行、@list.txt はファイル"
        "の各行を"
        "読みます(「# メモ」のような行は除きます)。"
    ),
    "Write all rows to a .csv, .xlsx, .json or .jsonl file; - for CSV here.": (
        "全行を .csv、.xlsx、.json、.jsonl のいずれかに書き込みます。- なら CSV をここに出力します。"
    ),
    "A table that lists videos: .xlsx, .ods, .csv, .tsv, .json, .jsonl.": (
        "動画の一覧表(.xlsx、.ods、.csv、.tsv、.json、.jsonl)。"
    ),
    "Print JSON with everything a rating holds, instead of a table.": (
        "表の代わりに、評価の全項目を JSON で出力します。"
    ),
    "Print JSON Lines: one rating a line.": "JSON Lines(1 行に評価 1 件)で出力します。",
    "Print the results alone: no progress, no summary.": ("結果だけを出力します(進捗と集計は表示しません)。"),
    "Install completion for the current shell.": "現在のシェルにコマンド補完を導入します。",
    "Show completion for the current shell, to copy it or customize the installation.": (
        "現在のシェル用の補完スクリプトを表示します(コピーや調整用)。"
    ),
    "The text these AI-made videos were generated from.": "AI 生成動画の元になったテキスト。",
    "Frames looked at in each video; even. The model's own number.": (
        "動画ごとに見るフレーム数(偶数)。省略するとモデル自身の値を使います。"
    ),
    "Frames per second of the video instead, --frames (64) at the most.": (
        "フレーム数の代わりに、動画 1 秒あたりのフレーム数。上限は --frames(省略時 64)。"
    ),
    "Rate again what is already stored.": "保存済みの評価も、もう一度評価します。",
    "Rate on a Ray cluster: 'auto' for the one this machine is part of, HEAD:PORT, or 'local' to try it on this "
    "machine.": (
        "Ray クラスターで評価します(auto はこの端末が属するクラスター、またはヘッドノード:ポート。local はこの"
        "端末での試用)。"
    ),
    "With --cluster: workers at the most; one for each GPU else.": (
        "--cluster でのワーカー数の上限(省略時は GPU ごとに 1 つ)。"
    ),
    "With --cluster: minutes without a result before it begins anew.": (
        "--cluster で、結果が届かないまま待つ時間(分)。過ぎるとやり直します。"
    ),
    # why
    "Say why a clip has its score: what is wrong, when, and where in the picture.\n\nOne sentence a clip, from "
    "measured figures alone; -o writes the whole finding as a page for a browser.\nExit status: 0 where all were "
    "explained, 1 where some clips are errors, 2 where nothing could be done.": (
        "動画のスコアの理由(何が、いつ、画面のどこで悪いか)を示します。\n\n"
        "動画 1 本につき 1 文を、測定値だけから作成します。-o を付けると、結果全体をブラウザー用のページに"
        "書き込みます。\n"
        "終了コード: 0 はすべて説明済み、1 は一部の動画がエラー、2 は何も処理できなかったことを示します。"
    ),
    "Write the page of one clip, as one .html file.": (
        "動画 1 本のページを 1 つの .html ファイルに書き込みます。"
    ),
    "Write the worst frames of all clips as one picture (.png).": (
        "全動画の品質の低いフレームを 1 枚の画像(.png)に書き込みます。"
    ),
    "Leave the player out of the page; else it plays the clip's file.": (
        "ページにプレーヤーを入れません。省略すると、動画のファイルをページから再生します。"
    ),
    "Ask this model instead of the one in the settings.": "設定のモデルの代わりに、このモデルを使います。",
    "Write a sentence beside each score that says why. Takes its time.": (
        "各スコアの横に、その理由を 1 文で書き込みます(時間がかかります)。"
    ),
    "Write these single qualities too: sharpness,noise or all.": (
        "個別の品質の項目も書き込みます(sharpness,noise など。すべてなら all)。"
    ),
    "Find the reasons out again.": "理由をもう一度調べます。",
    "Print JSON with every figure, instead of sentences.": "文の代わりに、すべての数値を JSON で出力します。",
    # monitor
    "Watch stored scores for drift: against a reference, and against people.\n\nNo model is loaded, and "
    "the host "
    "may run. Without --reference or --since the later half of each model's scores\n"
    "is held against the earlier.\nExit "
    "status: 0 where nothing alarms, 1 where something does, 2 where nothing can be said.": (
        "保存済みのスコアの変化を、基準や人の評価と比べて監視します。\n\n"
        "モデルは読み込みません。ホストの動作中も実行できます。--reference も --since もない場合は、モデル"
        "ごとに"
        "スコアの後半を前半と比較します。\n"
        "終了コード: 0 はアラームなし、1 はアラームあり、2 は判断できないことを示します。"
    ),
    "Fill in the page Monitor of the KPI tracker that is the sheet.": (
        "シートとして指定した KPI 管理表の「監視」シートに記入します。"
    ),
    "A sheet with people's scores, or with scores of its own; else what is stored alone.": (
        "人の評価、またはスコアのあるシート。省略すると保存済みの評価だけを調べます。"
    ),
    "Hold all scores against this: a result file, or what --save-reference wrote.": (
        "すべてのスコアをこれと比較します(結果ファイル、または --save-reference で書き出した基準)。"
    ),
    "Hold scores from this date on against those before it: 2026-11-01.": (
        "この日以降のスコアを、それより前と比較します(例: 2026-11-01)。"
    ),
    "Keep the reference, with the bins of its scores, as JSON.": (
        "基準を、スコアの区切りとともに JSON で保存します。"
    ),
    "Header of the sheet's column with people's scores.": "人の評価がある列の見出し。",
    "Header of a column that names the source; else the folder.": "取得元の列の見出し。省略するとフォルダー。",
    "Header of a column that says when a row was rated.": "評価日時の列の見出し。",
    # settings
    "The settings of this machine.": "このコンピューターの設定。",
    "Show every setting with its value and where that comes from: default, settings.toml or environment.": (
        "すべての設定の値と指定元(既定、settings.toml、環境変数)を表示します。"
    ),
    "Print JSON instead of a table.": "表の代わりに JSON で出力します。",
    "Say what a setting does, its value, its default, and where it comes from.": (
        "設定の意味、現在の値、既定値、指定元を表示します。"
    ),
    "Write a setting into settings.toml; everything else in it stays.": (
        "設定を settings.toml に書き込みます。ほかの内容はそのまま残ります。"
    ),
    "Take a setting out of settings.toml, so that its default holds again; or a key that is no setting.": (
        "設定を settings.toml から取り除き、既定値に戻します。設定ではないキーも取り除けます。"
    ),
    "A name from xl-vqa settings list.": "xl-vqa settings list に表示される名前。",
    "Its value; several numbers with commas: 15,25,35,45.": "設定する値。複数の数値はコンマ区切り(15,25,35,45)。",
    # inspect
    "Say what a video is, who reads it and why, and which frames would be rated. Needs no model's weights.": (
        "動画の内容、読み込み方法とその理由、評価に使うフレームを表示します。モデルの重みは不要です。"
    ),
    "A video or a picture.": "動画または画像。",
    "Write the frames as one picture (.png or .jpg).": "フレームを 1 枚の画像(.png または .jpg)に書き出します。",
    "Print JSON, for programs.": "プログラム向けに JSON を出力します。",
    # check-videos
    "Look through videos without rating them: broken, empty, doubled and odd ones. Needs no model.\n\n"
    "Exit status: 0 where all can be rated, 1 where some cannot, 2 where nothing could be done.": (
        "動画を評価せずに調べ、破損、空、重複、ほかと異なるものを報告します。モデルは不要です。\n\n"
        "終了コード: 0 はすべて評価可能、1 は評価できないものがある、2 は何も処理できなかったことを示します。"
    ),
    "Decode every frame of every video.": "すべての動画の全フレームをデコードします。",
    "Write all rows to a .csv file.": "全行を .csv ファイルに書き込みます。",
    # score-workbook
    "Write score, MOS, band, confidence, remark and model beside each video; all else in the file "
    "stays.\n\nRows "
    "that hold a score of the same model are left; a run that was "
    "stopped goes on where it was.\nExit status: 0 "
    "where all were rated, 1 where some rows are errors, 2 where nothing could be done.": (
        "各動画の横にスコア、MOS、評価、確信度、備考、モデルを書き込みます。ファイルのほかの部分は変更しま"
        "せん。\n\n"
        "同じモデルのスコアがある行はそのまま残し、中断した処理は続きから再開します。\n" + _EXIT_ROWS
    ),
    "Empty a score that cannot be made again, instead of keeping it with a remark.": (
        "再評価できないスコアを、備考を付けて残す代わりに空にします。"
    ),
    "An .xlsx or .xlsm file with a column of video paths.": ("動画のパスの列がある .xlsx または .xlsm ファイル。"),
    "The video column: letters (B) or its header. Found by itself.": (
        "動画の列。列記号(B)または見出し。省略すると自動で探します。"
    ),
    "The sheet's name. Found by itself.": "シート名。省略すると自動で探します。",
    "The column with the text each AI-made video was generated from.": (
        "各 AI 生成動画の元になったテキストの列。"
    ),
    "Write a copy and leave the workbook as it is.": "元のブックを変更せず、コピーに書き込みます。",
    "Write every score anew.": "すべてのスコアを書き直します。",
    "Rate again what is already stored, too.": "保存済みの評価も、もう一度評価します。",
    # report
    "Write a workbook's figures as PDF (through LibreOffice) or as one HTML page.": (
        "ブックの数値を PDF(LibreOffice を使用)または 1 つの HTML ページに出力します。"
    ),
    "A workbook made by 'xl-vqa workbook new'.": "「xl-vqa workbook new」で作成したブック。",
    "The .pdf or .html file to write.": "出力する .pdf または .html ファイル。",
    # evaluate
    "Hold predictions against people's scores: figures with 95% "
    "intervals, and a report.\n\nExit status: 0 where "
    "every row was evaluated, 1 where some rows were not, 2 where nothing could be done.": (
        "予測を人の評価と比較し、95% 信頼区間付きの指標とレポートを出力します。\n\n"
        "終了コード: 0 は全行を評価、1 は一部の行を評価できず、2 は何も処理できなかったことを示します。"
    ),
    "What 'xl-vqa score -o' wrote: .csv, .json or .xlsx.": "「xl-vqa score -o」の出力(.csv、.json、.xlsx)。",
    "People's scores, as 'xl-vqa labels prepare' writes them.": "人の評価(「xl-vqa labels prepare」の出力)。",
    "Predictions of another rater of the same videos; may be repeated.": (
        "同じ動画に対する別の評価手法の予測。複数指定できます。"
    ),
    "Single raters' scores (video, rater, score, or a column per rater).": (
        "評価者ごとの点数(動画・評価者・点数、または評価者ごとの列)。"
    ),
    "Write an HTML report.": "HTML レポートを出力します。",
    "Write every figure as JSON.": "すべての指標を JSON で出力します。",
    "train, val, test or all; by default test where there is one.": (
        "train、val、test、all のいずれか。省略時は、あれば test。"
    ),
    "Column of the manifest to slice by; may be repeated.": "内訳を求めるマニフェストの列。複数指定できます。",
    "MOS range and label range, for example 0,100,10,50. Default 1,5,10,50.": (
        "MOS の範囲とラベルの範囲。例: 0,100,10,50。省略時は 1,5,10,50。"
    ),
    "The model's name in the report.": "レポートに表示するモデル名。",
    "A video is defective below this MOS.": "この MOS 未満の動画を不良とします。",
    "Cost of one review.": "再確認 1 回の費用。",
    "Cost of one defect that passes.": "不良 1 件を見逃した場合の費用。",
    "Bootstrap resamples.": "ブートストラップの再標本数。",
    "The same seed gives the same intervals.": "同じシードなら同じ区間になります。",
    "en or ja; by default that of the settings.": "en または ja。省略時は設定の言語。",
    # calibrate
    "Fit a profile for your domain: MOS, interval, bands, decision, rank.\n\nFormulas use it by name, as "
    '=VQA_SCORE(A2,,"broadcast"); commands with --profile. It is this model\'s alone.\nExit status: 0 where '
    "every row was used, 1 where some have no score, 2 where there is too little to tell.": (
        "分野のプロファイル(MOS、区間、評価区分、合否、順位)を作成します。\n\n数式では "
        '=VQA_SCORE(A2,,"broadcast") のように名前で、コマンドでは --profile で使用します。現在のモデル専用です。\n'
        "終了コード: 0 は全行を使用、1 は一部の行にスコアなし、2 はデータ不足などで作成できなかったことを"
        "示します。"
    ),
    "People's scores of your videos, as 'labels prepare' reads them.": (
        "動画に対する人の評価(「labels prepare」で読める表)。"
    ),
    "What the profile is called; else the sheet's name.": "プロファイルの名前。省略時はシートのファイル名。",
    "Take the scores of a .json that 'xl-vqa score -o' wrote; rate nothing.": (
        "評価を行わず、「xl-vqa score -o」が出力した .json のスコアを使用します。"
    ),
    "A video is defective below this MOS; else below Fair.": "この MOS 未満を不良とします。省略時は「普通」未満。",
    "Cost of one defective video that is accepted.": "不良の動画 1 本を合格とした場合の費用。",
    "Cost of one good video that is rejected.": "良品の動画 1 本を不合格とした場合の費用。",
    "Header of a column that groups contents: sports, film, ...": (
        "素材を分類する列の見出し(スポーツ、映画など)。"
    ),
    "Results of other videos that a rank is to be among; else the sheet's own.": (
        "順位の母集団とする別の動画の結果ファイル。省略時はシートの動画。"
    ),
    "Range of the sheet's scores: 1,5 or 0,100; 5,1 says that 1 is the best.": (
        "シートの評価の範囲。1,5 や 0,100。5,1 は 1 が最良であることを示します。"
    ),
    "Name or number of the sheet.": "シートの名前または番号。",
    "Where the videos lie; else beside the sheet.": "動画のフォルダー。省略時はシートと同じ場所。",
    "train, val, test or all; by default all but train where the sheet has parts.": (
        "train、val、test、all のいずれか。省略時は、分割があれば train 以外。"
    ),
    "The same seed gives the same profile.": "同じシードなら同じプロファイルになります。",
    "Read the scores by this profile, such as 'calibrate' makes.": (
        "このプロファイル(「calibrate」で作成)の基準でスコアを読み取ります。"
    ),
    # compare
    "Teach the same model by several schemes and seeds, and hold them "
    "against each other.\n\nWhat is finished is "
    "kept: the same command goes on after a stop. Exit status: 0 where "
    "every run finished,\n1 where some failed, 2 "
    "where nothing could be compared.": (
        "同じモデルを複数の方式とシードで学習し、互いに比較します。\n\n"
        "完了した実行は保存され、中断後は同じコマンドで再開できます。終了コード: 0 はすべて完了、\n"
        "1 は一部が失敗、2 は比較できなかったことを示します。"
    ),
    "What to compare (.yaml), or a training recipe.": "比較の内容(.yaml)または学習レシピ。",
    "Folder for the report, the workbook and the runs.": "レポート、ブック、各実行の保存先フォルダー。",
    "integer, decimal, levels; separated by commas.": "integer、decimal、levels をコンマ区切りで指定。",
    "Whole numbers, for example 1,2,3.": "整数。例: 1,2,3。",
    "expectation, median, greedy; separated by commas.": "expectation、median、greedy をコンマ区切りで指定。",
    "test (default) or val.": "test(既定)または val。",
    # train
    "Fine-tune a model by a recipe.\n\nThe whole recipe is checked first. A run that was stopped goes on with "
    "--resume. On several GPUs:\ntorchrun --nproc-per-node 4 -m xl_vqa.cli.main train RECIPE.yaml": (
        "レシピに従ってモデルを微調整します。\n\n最初にレシピ全体を確認します。"
        "中断した実行は --resume で再開します。"
        "複数の GPU を使う場合:\ntorchrun --nproc-per-node 4 -m xl_vqa.cli.main train RECIPE.yaml"
    ),
    "A recipe (.yaml); --new writes one.": "レシピ(.yaml)。--new で作成できます。",
    "Write the recipe, to be edited: starter, qwen2.5-vl-3b or qwen2.5-vl-7b.": (
        "編集用のレシピを作成します: starter、qwen2.5-vl-3b、qwen2.5-vl-7b。"
    ),
    "Go on with an unfinished run.": "中断した実行を再開します。",
    "Check the whole recipe and stop.": "レシピ全体を確認して終了します。",
    "Change one value: --set epochs=2, --set lora.rank=32.": (
        "値を変更します。例: --set epochs=2、--set lora.rank=32。"
    ),
    # install, doctor, demo
    "Install the add-in for this user. Exit status 1 where a link of the chain does not hold.": (
        "このユーザーにアドインをインストールします。途中のどこかが動作しない場合の終了コードは 1 です。"
    ),
    "Only test the chain from Excel to the host.": "Excel からホストまでの接続だけを確認します。",
    "Only say what would be done.": "実行せず、行う内容だけを表示します。",
    "LibreOffice in place of Excel.": "Excel の代わりに LibreOffice を使用します。",
    "Remove the add-in. Scores and settings are kept.": "アドインを削除します。スコアと設定は残ります。",
    "Say what works on this machine and how to fix what does not.\n\nExit status: 0 everything needed works, 1 "
    "something needs attention.": (
        "このコンピューターで動作するものと、動作しないものの対処方法を表示します。\n\n"
        "終了コード: 0 は必要な機能がすべて動作、1 は対処が必要なことを示します。"
    ),
    "Leave out rating a clip through the host.": "ホストでの動画の評価を省略します。",
    "Rate the clips that ship with xl_vqa and write a scored workbook.": (
        "同梱の動画を評価し、スコア入りのブックを作成します。"
    ),
    "The workbook to write.": "出力するブック。",
    # workbook
    "Template workbooks: KPI tracker, score sheet, labelling workbook.": (
        "ブックのテンプレート: KPI 管理表、スコア表、ラベル付け用ブック。"
    ),
    "Make a workbook from a template.": "テンプレートからブックを作成します。",
    "kpi, score or label.": "kpi、score、label のいずれか。",
    "The .xlsx file to write.": "出力する .xlsx ファイル。",
    "With invented sample data, marked as such.": "架空のサンプルデータ入り(その旨を明記)。",
    "A KPI tracker of an earlier version, whose log, settings and targets go on.": (
        "以前のバージョンの KPI 管理表。記録・設定・目標値を引き継ぎます。"
    ),
    "Replace a file that is there.": "既存のファイルを置き換えます。",
    "Fill in the AI columns; everything else in the file stays as it "
    "is.\n\nExit status: 0 where all were rated, 1 "
    "where some rows are errors, 2 where nothing could be done.": (
        "AI の列に記入します。ファイルのほかの部分は変更しません。\n\n" + _EXIT_ROWS
    ),
    "A KPI tracker or score sheet with videos in it.": "動画を記入した KPI 管理表またはスコア表。",
    "Put a picture of each video into the thumbnail column.": "サムネイル列に各動画の画像を入れます。",
    # labels
    "From people's ratings to the labels that a model is taught.": (
        "人の評価から、モデルに学習させるラベルを作成します。"
    ),
    "Make labels of ratings: a manifest for training, with every "
    "problem named row by row.\n\nExit status: 0 all "
    "rows are fine, 1 some rows have a remark, 2 the ratings cannot be used, or can be read in\n"
    "two ways: then the command for each way is printed.": (
        "評価データからラベルを作成し、学習用マニフェストを出力します。問題は行ごとに示します。\n\n"
        "終了コード: 0 は全行に問題なし、1 は一部の行に備考あり、2 は評価データを使用できないか、"
        "2 通りに読み取れることを示します(その場合は、それぞれのコマンドを表示します)。"
    ),
    "Ratings in a workbook, a text table or JSON.": "評価データ(ブック、テキスト形式の表、JSON)。",
    "The manifest to write (.csv).": "出力するマニフェスト(.csv)。",
    "Write a one-page HTML report.": "1 ページの HTML レポートを出力します。",
    "Name or number of the sheet; all joins several tests.": (
        "シートの名前または番号。all で複数の試験を統合します。"
    ),
    "wide, long, mos, votes or transposed, where the table is misunderstood.": (
        "表の形式が正しく認識されない場合に wide、long、mos、votes、transposed のいずれかを指定します。"
    ),
    "The quality to take, where several were rated.": "複数の品質項目が評価されている場合に使用する項目。",
    "Which way the scores run.": "点数の向き(低いほど良い、または高いほど良い)。",
    'What marks or words are worth: "◎=5,○=4"; "x=" is no score.': (
        '記号や言葉を何点とみなすか。例: "◎=5,○=4"。"x=" は点数なしを表します。'
    ),
    "Whether to look into each video for damage.": "各動画を開いて破損を確認するかどうか。",
    "Header of the column with another tool's scores.": "他のツールの点数がある列の見出し。",
    "Header of a baseline's column of scores; may be repeated.": (
        "比較対象のスコアの列の見出し。複数指定できます。"
    ),
    "File or column in which lower scores are better.": "値が低いほど良いファイルまたは列。複数指定できます。",
    "File or column in which higher scores are better.": "値が高いほど良いファイルまたは列。複数指定できます。",
    "The predictions' own range, such as 1,5; 100,0 where lower is better. Else that of --scale.": (
        "予測値自体の範囲(例: 1,5)。低いほど良い場合は 100,0 のように指定します。省略時は --scale の範囲。"
    ),
    "A rater to leave out; may be repeated.": "除外する評価者。繰り返し指定できます。",
    "mos, bt500 (outliers out), p913 (biases out, then outliers) or p910 (Annex E: raters weighted).": (
        "mos、bt500(外れ評価者を除外)、p913(偏りを除去後に除外)、p910(Annex E: 評価者を重み付け)のいずれか。"
    ),
    "With --sheet all: offset (by common videos) or as-is.": (
        "--sheet all での統合方法。offset(共通の動画で補正)または as-is(そのまま)。"
    ),
    "Header or letter of the column with the videos.": "動画の列の見出しまたは列記号。",
    "Header or letter of a column with scores; may be repeated.": (
        "点数の列の見出しまたは列記号。複数指定できます。"
    ),
    "Header or letter of the column that names the rater.": "評価者名の列の見出しまたは列記号。",
    "Header or letter of the column that names the source.": "素材名の列の見出しまたは列記号。",
    "Range of the scores and of the labels: MOS_MIN,MOS_MAX,LABEL_MIN,LABEL_MAX, by default "
    "1,5,10,50. 5,1 says that 1 is the best.": (
        "点数とラベルの範囲: MOS_MIN,MOS_MAX,LABEL_MIN,LABEL_MAX(既定は 1,5,10,50)。"
        "5,1 は 1 が最良であることを表します。"
    ),
    "half_up, half_even, floor or ceiling.": "half_up、half_even、floor、ceiling のいずれか。",
    "Leave out the raters that ITU-R BT.500 rejects.": "ITU-R BT.500 で外れと判定された評価者を除外します。",
    "none, bias (ITU-T P.910) or zscore.": "none、bias(ITU-T P.910)、zscore のいずれか。",
    "Shares of training, validation and test.": "学習・検証・テストの割合。",
    "Another number gives another split.": "番号を変えると分割が変わります。",
    "What tells versions of one source: auto, column, name, folder or none.": (
        "同じ素材の別版を見分ける方法: auto、column、name、folder、none のいずれか。"
    ),
    "Where the videos lie; else beside the ratings.": "動画のフォルダー。省略時は評価データと同じ場所。",
    "Whether to look for the videos.": "動画ファイルの有無を確認するかどうか。",
    "en or ja; else that of the settings.": "en または ja。省略時は設定の言語。",
    "Train candidates of the label coding with several seeds and judge "
    "them on the validation videos.\n\nThe default "
    "10..50 with two digits stays unless another is better by more "
    "than the noise. What is finished is\nkept: the "
    "same command goes on after a stop. Exit status as that of 'compare'.": (
        "ラベルの符号化の候補を複数のシードで学習し、検証用の動画で判定します。\n\n"
        "ノイズを超えて優れた候補がない限り、既定の 10..50(2 桁)のままとします。完了した実行は保存され、\n"
        "中断後は同じコマンドで再開できます。終了コードは「compare」と同じです。"
    ),
    "The manifest (.csv) of 'labels prepare', or what 'compare' takes (.yaml).": (
        "「labels prepare」のマニフェスト(.csv)、または「compare」に渡す .yaml。"
    ),
    "The training recipe (.yaml); its manifest is replaced.": (
        "学習レシピ(.yaml)。マニフェストは置き換えられます。"
    ),
    "LOW-HIGH/DIGITS, separated by commas, for example 10-90/2,100-500/3.": (
        "最小-最大/桁数 をコンマ区切りで指定。例: 10-90/2,100-500/3。"
    ),
    "Whole numbers; three or more.": "整数。3 つ以上。",
    # addin, calc
    "The Excel add-in as a file.": "Excel アドインのファイル。",
    "Build xl_vqa.xlam from its plain texts. The same version gives the same bytes.": (
        "テキストから xl_vqa.xlam を作成します。同じバージョンなら常に同じ内容になります。"
    ),
    "The file to write.": "出力するファイル。",
    "LibreOffice Calc: the same functions and commands.": "LibreOffice Calc 用の同じ関数とコマンド。",
    "Write the extension as a file. 'install' does that and adds it to LibreOffice.": (
        "拡張機能をファイルに出力します。「install」は出力と LibreOffice への追加を行います。"
    ),
    "The file to write, for example xl_vqa.oxt.": "出力するファイル。例: xl_vqa.oxt。",
    "The Python that can start the host; left out for other machines.": (
        "ホストを起動できる Python。ほかのコンピューター用では省略します。"
    ),
    "Add the extension to LibreOffice (close it first), for this user.": (
        "このユーザーの LibreOffice に拡張機能を追加します(先に LibreOffice を閉じてください)。"
    ),
    "LibreOffice's user profile, where it is not the usual one.": (
        "LibreOffice のユーザープロファイル(通常と異なる場合)。"
    ),
    "For all users of this machine (needs their rights).": (
        "このコンピューターの全ユーザーが対象(管理者権限が必要)。"
    ),
    "Remove the extension from LibreOffice (close it first). Ratings and settings stay.": (
        "LibreOffice から拡張機能を削除します(先に LibreOffice を閉じてください)。評価と設定は残ります。"
    ),
    "Say whether LibreOffice has the extension. Exit status 1 where it has not.": (
        "LibreOffice に拡張機能があるかを表示します。ない場合の終了コードは 1 です。"
    ),
    "Give our formulas their plain names again, in files converted by LibreOffice.": (
        "LibreOffice で変換したファイルの数式を、元の関数名に戻します。"
    ),
    "Workbooks that LibreOffice wrote (.xlsx, .xlsm).": "LibreOffice で保存したブック(.xlsx、.xlsm)。",
    **TEAM_JA,
    # host
    "The local process that holds the model.": "モデルを保持するローカルのプロセス。",
    "Start the host if it is not running. Cells and commands do this by themselves.": (
        "ホストが動作していなければ起動します。セルやコマンドからは自動で起動します。"
    ),
    "Say whether the host runs and what it does. Exit status 1 where it does not run.": (
        "ホストの動作状況を表示します。動作していない場合の終了コードは 1 です。"
    ),
    "Print the host's figures in Prometheus' text format. Exit status 1 where it does not run.": (
        "ホストの統計を Prometheus のテキスト形式で表示します。動作していない場合の終了コードは 1 です。"
    ),
    "Stop the host; the batch at hand is finished first. Where ratings would be lost, it says so and does not.": (
        "ホストを停止します。処理中の分は完了させます。評価が失われる場合は、その旨を表示して停止しません。"
    ),
    "Stop even where ratings cannot be stored; they are lost.": (
        "保存できない評価があっても停止します。その評価は失われます。"
    ),
    "Print the end of the host's log.": "ホストのログの末尾を表示します。",
    "How many of the last lines.": "表示する末尾の行数。",
    "Go on printing new lines.": "新しい行を表示し続けます。",
    # forget
    "Remove what was stored of videos: ratings, prompts, paths, corrections and the lines of logs that name "
    "them.\n\n"
    "With --all every trace of xl_vqa for this user. Videos and workbooks are not touched; the host is stopped.": (
        "動画について保存した情報(評価、プロンプト、パス、人による修正、ログの該当行)を削除します。\n\n"
        "--all では、このユーザーの xl_vqa の痕跡をすべて削除します。動画とワークブックには触れません。ホストは"
        "停止します。"
    ),
    "Videos, folders or patterns; the files themselves may be gone already.": (
        "動画、フォルダー、またはパターン。ファイル自体はすでに削除されていてもかまいません。"
    ),
    "Every trace: ratings, logs, caches, settings, profiles, tokens, add-ins.": (
        "すべての痕跡(評価、ログ、キャッシュ、設定、プロファイル、トークン、アドイン)。"
    ),
    "With --all: what you chose stays, and so do the add-ins.": (
        "--all と一緒に指定すると、設定などユーザーが選んだものとアドインは残します。"
    ),
    "With --all: do not ask.": "--all と一緒に指定すると、確認しません。",
    "With --all: only say what would be removed.": "--all と一緒に指定すると、削除対象を表示するだけです。",
}
