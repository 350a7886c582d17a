"""What the host and those who ask it say of each other, inside their errors' sentences. Standard library only."""

from __future__ import annotations

from typing import Final

PROBLEMS: Final[dict[str, dict[str, str]]] = {
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
    "host_model_unloaded": {
        "en": "it was unloaded",
        "ja": "モデルのメモリが解放されました",
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
    "host_store_damaged_by": {
        "en": "a new store was damaged at once ({detail})",
        "ja": "新しく作成した保存ファイルがすぐに破損しました({detail})",
    },
    "host_view_object": {
        "en": "view must be an object",
        "ja": "view はオブジェクトで指定してください",
    },
    "host_thresholds_list": {
        "en": "band_thresholds must be a list",
        "ja": "band_thresholds はリストで指定してください",
    },
    "host_went_away": {
        "en": "it went away {times} times ({why})",
        "ja": "接続が {times} 回切れました({why})",
    },
    "host_still_ending": {
        "en": "process {pid} was asked to stop and is still finishing its work",
        "ja": "プロセス {pid} に停止を要求しましたが、まだ処理中です",
    },
    "status_code": {
        "en": "status {status}",
        "ja": "ステータス {status}",
    },
    "program_says": {
        "en": "{program}: {detail}",
        "ja": "{program}: {detail}",
    },
    "host_not_ready": {
        "en": "it was not ready within {seconds} s",
        "ja": "{seconds} 秒以内に準備が完了しませんでした",
    },
    "host_ended": {
        "en": "it ended with status {status}",
        "ja": "ステータス {status} で終了しました",
    },
    "host_no_answer": {
        "en": "it did not answer within {seconds} s",
        "ja": "{seconds} 秒以内に応答がありませんでした",
    },
    "host_answer_count": {
        "en": "its answer is none to {count} videos",
        "ja": "応答が動画 {count} 本の結果になっていません",
    },
    "host_answer_kind": {
        "en": "its answer holds an entry of an unknown kind",
        "ja": "応答に不明な種類の項目が含まれています",
    },
}
