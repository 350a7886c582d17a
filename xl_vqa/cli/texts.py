"""Words of the command line in English and Japanese (errors have theirs in xl_vqa.words.messages)."""

from __future__ import annotations

from typing import Final

from xl_vqa.bridge.texts import TEXTS as BRIDGE_TEXTS
from xl_vqa.cli.video_texts import VIDEO_TEXTS
from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "output_lost": {
        "en": "What the command prints cannot be written: {why}. Make room or print to another place, and run it "
        "again.",
        "ja": "出力を書き込めません: {why}。空きを確保するか別の出力先を指定して、もう一度実行してください。",
    },
    **VIDEO_TEXTS,
    "scoring": {"en": "Rating videos", "ja": "動画を評価中"},
    "workers_of_what": {
        "en": "--workers is for --cluster, which says where they are.",
        "ja": "--workers は --cluster とともに指定してください。",
    },
    "cluster_waits": {
        "en": "Another run on a cluster writes to the same store. This one goes on when it is done ...",
        "ja": "別のクラスター実行が同じ保存ファイルに書き込んでいます。終了後に続行します ...",
    },
    "cluster_joins": {"en": "Connecting to the cluster ...", "ja": "クラスターに接続しています ..."},
    "cluster_reads": {
        "en": "Looking whether {videos} files are known (each is read once) ...",
        "ja": "{videos} 個のファイルの内容を確認しています(それぞれ 1 回読み込みます) ...",
    },
    "cluster_model_loads": {
        "en": "Loading the model on a machine of the cluster ...",
        "ja": "クラスターの端末でモデルを読み込んでいます ...",
    },
    "stills_left_out": {
        "en": "{folder}: {count} still pictures are no videos and were left out.",
        "ja": "{folder}: 静止画 {count} 枚は動画ではないため、対象外としました。",
    },
    "cluster_begins": {
        "en": "Videos to rate: {videos}; workers: {workers}, machines: {machines}.",
        "ja": "評価する動画: {videos} 本、ワーカー: {workers}、端末: {machines} 台。",
    },
    "cluster_stored": {
        "en": "{count} of the scores were stored already.",
        "ja": "うち {count} 件は保存済みのスコアです。",
    },
    "explaining_rows": {"en": "Looking for the reasons", "ja": "理由を調べています"},
    "unexplained": {
        "en": "{count} rows have their score, but not the reasons that were asked for. The first: {error}",
        "ja": "{count} 行にはスコアがありますが、指定された理由や項目は得られませんでした。最初の原因: {error}",
    },
    "no_such_quality": {
        "en": "There is no quality {name}. Those that have a column: {known}; or all.",
        "ja": "{name} という項目はありません。列にできる項目: {known}。すべてなら all。",
    },
    "stage_at": {"en": "{what} {done}/{total}", "ja": "{what} {done}/{total}"},
    "time_left": {
        "en": "{what} {done}/{total}, about {minutes} min left",
        "ja": "{what} {done}/{total}、残り約 {minutes} 分",
    },
    "starting": {
        "en": "Starting the scoring host (the model loads at the first video) ...",
        "ja": "スコアリングホストを起動しています(モデルは最初の動画で読み込まれます) ...",
    },
    "loading_model": {"en": "Loading the model", "ja": "モデルを読み込み中"},
    "stage_videos": {"en": "Reading videos", "ja": "動画を読み込み中"},
    "stage_steps": {"en": "Training", "ja": "学習中"},
    "stage_validation": {"en": "Rating validation and test videos", "ja": "検証・テスト動画を評価中"},
    "stage_familiarity": {
        "en": "Learning what ordinary videos look like",
        "ja": "通常の動画の特徴を学習中",
    },
    "stage_labels": {"en": "Looking at the labels", "ja": "ラベルを確認中"},
    "stage_hold_out": {"en": "Looking at the hold-out", "ja": "ホールドアウトを確認中"},
    "stage_replay": {"en": "Looking at what was learned before", "ja": "学習済みの動画を確認中"},
    "stage_old_scores": {"en": "Rating with the present model", "ja": "現在のモデルで評価中"},
    "stage_new_scores": {"en": "Rating with the new model", "ja": "新しいモデルで評価中"},
    "recipe_written": {
        "en": "{path} is written. Name your manifest in it, then: xl-vqa train {typed} --check",
        "ja": "{path} を作成しました。マニフェストを指定してから、次を実行してください: "
        "xl-vqa train {typed} --check",
    },
    "no_such_recipe": {
        "en": "There is no recipe {name}. Those that ship: {known}.",
        "ja": "{name} というレシピはありません。付属のレシピ: {known}。",
    },
    "recipe_ending": {
        "en": "{path}: a recipe's name ends in .yaml.",
        "ja": "{path}: レシピの名前は .yaml で終わる必要があります。",
    },
    "recipe_there": {
        "en": "{path} is there already. Choose another name, or remove it.",
        "ja": "{path} はすでにあります。別の名前にするか、削除してください。",
    },
    "recipe_good": {
        "en": "The recipe can be run: {videos} videos, result in {output}",
        "ja": "レシピは実行できます: 動画 {videos}、結果の保存先 {output}",
    },
    "recipe_memory": {
        "en": "Memory of a training step: about {total} GiB with a margin (weights {weights}, gradients and "
        "optimizer {trained}, activations {activations}, answers {logits}), for the largest videos the recipe "
        "allows: {tokens} tokens, {dtype}",
        "ja": "学習 1 ステップのメモリ: 余裕を含めて約 {total} GiB(重み {weights}、"
        "勾配とオプティマイザー {trained}、アクティベーション {activations}、回答 {logits})。"
        "レシピで許される最大の動画({tokens} トークン、{dtype})の場合です",
    },
    "recipe_memory_free": {
        "en": "Free on {device}: {free} GiB",
        "ja": "{device} の空きメモリ: {free} GiB",
    },
    "recipe_memory_short": {
        "en": "Free on {device}: {free} GiB, which may be too little. Try in the recipe: {problem}",
        "ja": "{device} の空きメモリ: {free} GiB。不足するおそれがあります。レシピで次をお試しください: {problem}",
    },
    "training_stopped": {
        "en": "Stopped. Go on with: xl-vqa train {recipe} --resume",
        "ja": "中断しました。続きは次のコマンドで再開できます: xl-vqa train {recipe} --resume",
    },
    "training_epoch": {
        "en": "Epoch {epoch}/{epochs} (step {step}/{steps}): loss {loss}, validation SRCC {srcc}, RMSE {rmse}; "
        "about {minutes} min left",
        "ja": "エポック {epoch}/{epochs}(ステップ {step}/{steps}): 損失 {loss}、検証 SRCC {srcc}、RMSE {rmse}、"
        "残り約 {minutes} 分",
    },
    "training_figures": {
        "en": "{part}: SRCC {srcc}, PLCC {plcc}, RMSE {rmse}",
        "ja": "{part}: SRCC {srcc}、PLCC {plcc}、RMSE {rmse}",
    },
    "training_done": {
        "en": "Done: {folder}\nRate with it: xl-vqa models add {typed} --activate",
        "ja": "完了しました: {folder}\nこのモデルで評価するには: xl-vqa models add {typed} --activate",
    },
    "one_output": {
        "en": "Choose one of --output, --json and --jsonl.",
        "ja": "--output、--json、--jsonl は、いずれか 1 つだけ指定してください。",
    },
    "nothing_to_rate": {
        "en": "Name videos, folders, - for the lines of the input, or a table with --from.",
        "ja": "動画、フォルダー、-(標準入力の各行)、または --from で表を指定してください。",
    },
    "columns_of_what": {
        "en": "--column and --text-column name columns of the table given with --from.",
        "ja": "--column と --text-column は、--from で指定した表の列を示すオプションです。",
    },
    "earlier_version": {
        "en": "{count} scores are of an earlier version of the model; they were left and marked. --rescore "
        "makes "
        "them anew.",
        "ja": "{count} 件は以前の版のモデルによるスコアです。そのまま残し、備考に記しました。付け直すには "
        "--rescore を"
        "付けて実行してください。",
    },
    "standing": {
        "en": "{count} of these rows keep the score they had, with a remark that says why.",
        "ja": "このうち {count} 行は以前のスコアを残し、理由を備考に書き込みました。",
    },
    "written": {"en": "Written to {path}", "ja": "{path} に書き込みました"},
    "interrupted": {
        "en": "Stopped. {done} of {total} videos are rated and kept; the same command goes on from there.",
        "ja": "中断しました。{total} 本中 {done} 本の評価は保存済みです。同じコマンドで続きから再開できます。",
    },
    "interrupted_refresh": {
        "en": "Stopped. {done} of {total} videos are rated anew and kept. With --refresh the same command "
        "begins "
        "again; without it only what was never rated is rated.",
        "ja": "中断しました。{total} 本中 {done} 本の再評価は保存済みです。--refresh を付けると最初からやり"
        "直し、"
        "付けなければ未評価の動画だけを評価します。",
    },
    "col_path": {"en": "Video", "ja": "動画"},
    "col_label": {"en": "Score", "ja": "スコア"},
    "col_mos": {"en": "MOS", "ja": "MOS"},
    "col_band": {"en": "Band", "ja": "評価区分"},
    "col_confidence": {"en": "Confidence", "ja": "確信度"},
    "col_error": {"en": "Remark", "ja": "備考"},
    "more_rows": {"en": "... and {count} more; write them all with -o", "ja": "…ほか {count} 件(-o で全件を保存)"},
    "workbook_plan": {
        "en": "{rows} videos in column {column} of sheet '{sheet}'; {left} to do",
        "ja": "シート「{sheet}」の {column} 列に動画 {rows} 件、未処理 {left} 件",
    },
    "workbook_lost": {
        "en": "{count} rows were gone from the sheet when their scores came; the host keeps those ratings.",
        "ja": "スコアが出たときに {count} 行がシートから消えていました(評価はホストに保存されています)。",
    },
    "workbook_empty": {
        "en": "Sheet '{sheet}' lists no video yet: nothing to do.",
        "ja": "シート「{sheet}」に動画がまだ記入されていません。処理はありません。",
    },
    "tracker_earlier": {
        "en": "This tracker was made by an earlier version and keeps its formulas, some of which counted "
        "other rows than they should. Its entries in a new one: "
        "xl-vqa workbook new kpi --from {typed} -o new.xlsx",
        "ja": "この管理表は以前のバージョンで作成されており、数式も当時のままです(集計する行に誤りがあります)。"
        "記入内容を新しい管理表に引き継ぐには: xl-vqa workbook new kpi --from {typed} -o new.xlsx",
    },
    "tracker_misfits": {
        "en": "{count} rows of the sheet {sheet} hold scores of people outside {low} to {high}, their scale in "
        "the settings, or no number; no figure counts these scores. Rows: {rows}. Correct them, or the scale.",
        "ja": "シート「{sheet}」の {count} 行で、人の評価が設定の尺度({low}~{high})に合わないか、数値では"
        "ありません。これらの評価は集計されません。行: {rows}。評価か尺度を修正してください。",
    },
    "taken_over": {
        "en": "{rows} rows of the log, settings and targets are taken over from {path}, which stays as it is. "
        "Sheets and columns of your own are not.",
        "ja": "{path} から記録 {rows} 行と設定・目標値を引き継ぎました(元のファイルはそのままです)。"
        "ご自分で追加したシートや列は引き継がれません。",
    },
    "thumbnails_none": {
        "en": "Only the score sheet has a column for thumbnails.",
        "ja": "サムネイル列があるのはスコア表だけです。",
    },
    "report_stored": {
        "en": "LibreOffice is not installed: the report shows the figures as the spreadsheet program stored them.",
        "ja": "LibreOffice がないため、表計算ソフトが保存した値を表示します。",
    },
    "host_running": {
        "en": "The scoring host is running (process {pid}, port {port}, since {since}).",
        "ja": "スコアリングホストは動作中です(プロセス {pid}、ポート {port}、開始 {since})。",
    },
    "doctor_bundle": {
        "en": "Written for support: {path}. Please look through it before you pass it on.",
        "ja": "サポート用ファイルを書き出しました: {path}。渡す前に内容をご確認ください。",
    },
    "host_of_team": {
        "en": "Videos are rated by the team's host {address}.",
        "ja": "チームホスト {address} で評価しています。",
    },
    "host_not_stopped": {
        "en": "The scoring host was not stopped. Make room and wait a few seconds, or type: "
        "xl-vqa host stop --discard",
        "ja": "スコアリングホストを停止しませんでした。空き容量を増やして数秒待つか、次を実行してください: "
        "xl-vqa host stop --discard",
    },
    "host_queue": {
        "en": "Waiting {queued}, decoding {decoding}, rating {rating}; rated since start {done}, errors {failed}",
        "ja": "待機 {queued}、デコード中 {decoding}、評価中 {rating}、起動後の評価 {done}、エラー {failed}",
    },
    "no_log": {"en": "There is no log yet.", "ja": "ログはまだありません。"},
    "log_unread": {
        "en": "The log {path} cannot be read: {problem}.",
        "ja": "ログ {path} を読み込めません: {problem}。",
    },
    "demo_intro": {
        "en": "Rating {count} clips that ship with xl_vqa, on this machine, through the local host.",
        "ja": "同梱の動画 {count} 本を、このコンピューター上のローカルホストで評価します。",
    },
    "demo_order_good": {
        "en": "Every clean clip is rated above its degraded versions.",
        "ja": "すべての元動画が、劣化版より高く評価されました。",
    },
    "demo_order_bad": {
        "en": "Not every clean clip is rated above its degraded versions: {pairs}",
        "ja": "元動画より高く評価された劣化版があります: {pairs}",
    },
    "demo_next": {
        "en": "Now try your own: xl-vqa score VIDEO ... -o scores.xlsx",
        "ja": "次はお手元の動画で: xl-vqa score 動画 ... -o scores.xlsx",
    },
    "activate_venv": {
        "en": "Once in this terminal, so that it finds xl-vqa: {command}",
        "ja": "このターミナルで xl-vqa を使えるように、最初に一度: {command}",
    },
    "starter_note": {
        "en": "These scores come from the small starter model, taught on computed defects and not by people. "
        "Fine-tune Qwen2.5-VL on your own MOS before you rely on them.",
        "ja": "これは小型のスターターモデルによるスコアで、人の評価ではなく計算で作った劣化から学習しています。"
        "実務に使う前に、自社の MOS で Qwen2.5-VL を微調整してください。",
    },
    "doctor_title": {"en": "What works on this machine", "ja": "このコンピューターの診断"},
    "doctor_check": {"en": "Check", "ja": "項目"},
    "doctor_found": {"en": "Found", "ja": "結果"},
    "doctor_fix": {"en": "What to do", "ja": "対処"},
    "check_python": {"en": "Python", "ja": "Python"},
    "check_packages": {"en": "Packages", "ja": "パッケージ"},
    "check_decoders": {"en": "Video decoders", "ja": "動画デコーダー"},
    "check_compute": {"en": "Processor", "ja": "演算装置"},
    "check_home": {"en": "Data folder", "ja": "データフォルダー"},
    "check_disk": {"en": "Disk space", "ja": "ディスク容量"},
    "check_model": {"en": "Model", "ja": "モデル"},
    "check_spreadsheet": {"en": "Spreadsheet", "ja": "表計算ソフト"},
    "check_cluster": {"en": "Cluster", "ja": "クラスター"},
    "check_plug_ins": {"en": "Plug-ins", "ja": "プラグイン"},
    "check_rating": {"en": "Rating a clip", "ja": "動画の評価"},
    "doctor_good": {"en": "Everything needed works.", "ja": "必要な機能はすべて動作します。"},
    "doctor_bad": {
        "en": "{count} things need attention before videos can be rated.",
        "ja": "動画を評価する前に、{count} 件の対処が必要です。",
    },
    # labels prepare
    "labels_locating": {"en": "Looking for the videos", "ja": "動画を確認中"},
    "labels_opening": {"en": "Looking into the videos", "ja": "動画の中身を確認中"},
    "labels_hashing": {"en": "Comparing videos of equal size", "ja": "同じサイズの動画を比較中"},
    "labels_reading": {"en": "Reading {path}", "ja": "{path} を読み込み中"},
    "labels_read": {"en": "{path}: {form} (sheet {sheet})", "ja": "{path}: {form}(シート {sheet})"},
    "compare_working": {"en": "Preparing", "ja": "準備中"},
    "compare_run": {"en": "{done}/{total} {name}", "ja": "{done}/{total} {name}"},
    "compare_left": {"en": "{minutes} min left", "ja": "残り約 {minutes} 分"},
    "compare_stopped": {
        "en": "Stopped. Finished runs are kept in {path}; the same command goes on from there.",
        "ja": "中断しました。完了した実行は {path} に保存済みです。同じコマンドで続きから再開できます。",
    },
    "labels_columns": {"en": "Columns: {columns}", "ja": "列: {columns}"},
    "labels_many": {"en": "{count} columns ({names} ...)", "ja": "{count} 列({names} ...)"},
    "labels_ceiling": {"en": "Coding ceiling", "ja": "符号化による上限"},
    "labels_noise": {"en": "Noise ceiling", "ja": "ノイズによる上限"},
    "labels_example": {"en": "For example", "ja": "例"},
    "labels_row": {"en": "row {row}: {sentence}", "ja": "{row} 行目: {sentence}"},
    "labels_fingerprint": {"en": "Data fingerprint {fingerprint}", "ja": "データの指紋 {fingerprint}"},
    "labels_all_good": {"en": "All {rows} rows are fine.", "ja": "全 {rows} 行に問題はありません。"},
    "labels_some_bad": {
        "en": "{count} of {rows} rows have a remark, {left_out} of them cannot be trained on; "
        "see the problem column.",
        "ja": "{rows} 行中 {count} 行に備考があり、うち {left_out} 行は学習に使えません。"
        "problem 列をご覧ください。",
    },
}

_SHARED: Final = ("host_not_running", "host_started", "host_stopped")
"""Said alike beside a spreadsheet."""

tr: Final = Table({**TEXTS, **{key: BRIDGE_TEXTS[key] for key in _SHARED}, "rated": BRIDGE_TEXTS["finished"]})
