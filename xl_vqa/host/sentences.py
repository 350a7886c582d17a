"""What people read of the host: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "store_file_error": {
        "en": "The stored ratings in {path} cannot be used: {problem}.",
        "ja": "{path} の評価を使用できません: {problem}。",
    },
    "host_error": {
        "en": "The scoring host reported a problem: {problem}.",
        "ja": "スコアリングホストで問題が発生しました: {problem}。",
    },
    "host_unavailable": {
        "en": "The scoring host does not answer: {problem}. Start it with 'xl-vqa host start'.",
        "ja": "スコアリングホストが応答しません: {problem}。'xl-vqa host start' で起動してください。",
    },
    "host_start": {
        "en": "The scoring host could not be started: {problem}. 'xl-vqa host logs' shows why.",
        "ja": "スコアリングホストを起動できませんでした: {problem}。'xl-vqa host logs' で原因を確認できます。",
    },
    "host_authentication": {
        "en": "The scoring host refused the request: its token has changed. Try again.",
        "ja": "スコアリングホストが要求を拒否しました(トークンが変わりました)。もう一度お試しください。",
    },
    "host_request": {
        "en": "The scoring host did not understand the request: {problem}. After an update, type "
        "'xl-vqa host stop' and try again.",
        "ja": "スコアリングホストが要求を解釈できませんでした: {problem}。更新した直後であれば、"
        "'xl-vqa host stop' を実行してから、もう一度お試しください。",
    },
    "host_disk": {
        "en": "The scoring host cannot write its store at {path}: {problem}. Make sure that the folder is there, "
        "may be written to, and that its disk has room; ratings stored so far are safe.",
        "ja": "スコアリングホストが {path} に書き込めません: {problem}。フォルダーの有無、書き込み権限、"
        "ディスクの空き容量をご確認ください。保存済みの評価は失われていません。",
    },
    "link_gone": {
        "en": "This link has been used in another browser, or has expired. Choose Why? again, or run "
        "'xl-vqa why'.",
        "ja": "このリンクは別のブラウザーで使用済みか、有効期限が切れています。「理由」をもう一度選ぶか、"
        "'xl-vqa why' を実行してください。",
    },
    "linked_video_gone": {
        "en": "The video is not there any more, or has changed since it was rated.",
        "ja": "動画が存在しないか、評価後に変更されています。",
    },
    "cancelled": {
        "en": "The rating of {path} was cancelled.",
        "ja": "{path} の評価は中止されました。",
    },
    "warning_same_score": {
        "en": "The last {count} different videos all got the same score; the model may be broken.",
        "ja": "直近の {count} 本の異なる動画がすべて同じスコアです。モデルに異常がある可能性があります。",
    },
    "warning_unsaved": {
        "en": "{count} ratings are in the memory of the scoring host alone, because they cannot be written to its "
        "store. They are lost if it stops before.",
        "ja": "保存ファイルに書き込めないため、{count} 件の評価がスコアリングホストのメモリ上にだけあります。"
        "書き込めるようになる前にホストが停止すると失われます。",
    },
    "warning_shared_store": {
        "en": "The team's database cannot be used at present ({problem}). Ratings are made and stored here "
        "meanwhile; {count} of them will be sent when it answers.",
        "ja": "チームのデータベースを現在使用できません({problem})。その間の評価はこのコンピューターに"
        "保存し、応答が戻りしだい {count} 件を送信します。",
    },
    "warning_store_replaced": {
        "en": "The store of ratings was damaged. It was set aside as {path} and a new one was begun; {count} "
        "ratings were saved from it, other videos are rated again when they are asked for.",
        "ja": "評価の保存ファイルが破損していたため、{path} として退避し、新しいファイルを作成しました。"
        "{count} 件の評価は救出できました。ほかの動画は必要になったときに再評価されます。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "store_file_foreign": {
        "en": "it is no file of ratings; 'xl-vqa store export' writes them",
        "ja": "評価のファイルではありません。「xl-vqa store export」で書き出したファイルを指定してください",
    },
    "store_nothing": {
        "en": "nothing is stored yet. Rate videos first",
        "ja": "評価がまだ保存されていません。先に動画を評価してください",
    },
    "store_unreadable": {
        "en": "it cannot be read ({why}). Start the scoring host once, which mends it",
        "ja": "読み込めません({why})。スコアリングホストを一度起動すると修復されます",
    },
    "store_refused": {"en": "it cannot be opened ({why})", "ja": "開けません({why})"},
    "host_one_video": {
        "en": "an explanation is of one video at a time",
        "ja": "説明できる動画は一度に 1 本だけです",
    },
    "host_rating_gone": {
        "en": "its rating was forgotten meanwhile",
        "ja": "評価がその間に消去されました",
    },
    "problem_model_crashes": {
        "en": "the scoring host crashed {times} times while the model looked at it",
        "ja": "モデルによる評価中にスコアリングホストが {times} 回異常終了しました",
    },
    "host_body_object": {
        "en": "the body must be a JSON object",
        "ja": "本文は JSON オブジェクトにしてください",
    },
    "host_client_text": {
        "en": "client must be a string",
        "ja": "client は文字列で指定してください",
    },
    "host_rows": {
        "en": "{rows} rows at once; send {limit} at the most",
        "ja": "一度に {rows} 行が送られました。{limit} 行以下にしてください",
    },
    "host_values": {
        "en": "too many values at once; send {limit} videos at the most",
        "ja": "一度に送られた値が多すぎます。動画を {limit} 本以下にしてください",
    },
    "host_keys_list": {
        "en": "keys must be a list",
        "ja": "keys はリストで指定してください",
    },
    "host_until": {
        "en": "until must be all or any",
        "ja": "until は all か any を指定してください",
    },
    "host_body_not_json": {
        "en": "the body is not JSON ({detail})",
        "ja": "本文が JSON ではありません({detail})",
    },
    "host_store_damaged": {
        "en": "a new store was damaged at once",
        "ja": "新しく作成した保存ファイルがすぐに破損しました",
    },
    "host_store_newer": {
        "en": "{file} was written by a newer version of xl_vqa ({detail}); update this one",
        "ja": "{file} は新しいバージョンの xl_vqa で書き込まれています({detail})。xl_vqa を更新してください",
    },
    "host_body_size": {
        "en": "the body is larger than {mib} MiB; send fewer videos at once",
        "ja": "本文が {mib} MiB を超えています。一度に送る動画を減らしてください",
    },
    "host_header": {
        "en": "the Host header must name the loopback address",
        "ja": "Host ヘッダーにはループバックアドレスを指定してください",
    },
    "host_web_page": {
        "en": "requests of web pages are not served",
        "ja": "Web ページからの要求には応答しません",
    },
    "host_stopping": {
        "en": "it is stopping",
        "ja": "停止処理中です",
    },
    "host_other_running": {
        "en": "another host of this user is running and does not answer; end it and try again",
        "ja": "このユーザーの別のホストが応答しないまま動作しています。終了させてから、もう一度お試しください",
    },
    "host_cluster_run": {
        "en": "a run on a cluster writes into the store. Wait until it is done, or stop it with Ctrl-C",
        "ja": "クラスターでの評価が保存ファイルに書き込み中です。終了を待つか、Ctrl-C で停止してください",
    },
    "host_port_used": {
        "en": "port {port} is used by another program; set another port, or 0 to let the system choose",
        "ja": "ポート {port} は他のプログラムが使用中です。別のポートか、0(自動選択)を設定してください",
    },
    "host_model_memory": {
        "en": "loading it needs more than there is",
        "ja": "読み込みに必要なメモリが足りません",
    },
    "host_profile_object": {
        "en": "profile must be an object with {fields}",
        "ja": "profile は {fields} を持つオブジェクトにしてください",
    },
    "host_video_object": {
        "en": 'each video must be an object with a "path"',
        "ja": 'videos の各要素は "path" を持つオブジェクトにしてください',
    },
    "host_text_kind": {
        "en": "the text of {video} is not a string",
        "ja": "{video} の text が文字列ではありません",
    },
    "host_path_relative": {
        "en": "the path {video} is not absolute",
        "ja": "パス {video} が絶対パスではありません",
    },
    "host_number": {
        "en": "{name} must be a number of 0 or more",
        "ja": "{name} は 0 以上の数値にしてください",
    },
    "host_keys_texts": {
        "en": "keys must be a list of strings",
        "ja": "keys は文字列のリストで指定してください",
    },
    "host_videos_list": {
        "en": "videos must be a list",
        "ja": "videos はリストで指定してください",
    },
    "host_view_object": {
        "en": "view must be an object",
        "ja": "view はオブジェクトで指定してください",
    },
    "host_view_values": {
        "en": "view is not understood: {why}",
        "ja": "view を解釈できません: {why}",
    },
    "host_thresholds_list": {
        "en": "band_thresholds must be a list",
        "ja": "band_thresholds はリストで指定してください",
    },
}
