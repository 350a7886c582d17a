"""What people read of those who ask the host: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "profile_not_found": {
        "en": "There is no profile called {name} in {folder}. Known profiles: {known}.",
        "ja": "プロファイル {name} が {folder} にありません。使用できるプロファイル: {known}",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "host_went_away": {
        "en": "it went away {times} times ({why})",
        "ja": "接続が {times} 回切れました({why})",
    },
    "host_outdated": {
        "en": "it is version {version}, does not know {address}, and could not be replaced; end it with "
        "'xl-vqa host stop' and try again",
        "ja": "バージョン {version} のホストが {address} に対応しておらず、入れ替えもできませんでした。"
        "「xl-vqa host stop」で停止してから、もう一度お試しください",
    },
    "host_still_ending": {
        "en": "process {pid} was asked to stop and is still finishing its work",
        "ja": "プロセス {pid} に停止を要求しましたが、まだ処理中です",
    },
    "status_code": {
        "en": "status {status}",
        "ja": "ステータス {status}",
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
    "problem_profile_keys": {
        "en": "a profile cannot set {names}; it can set {known}",
        "ja": "プロファイルでは {names} を設定できません。設定できるもの: {known}",
    },
    "problem_profile_keys_near": {
        "en": "a profile cannot set {names} (did you mean {near}?); it can set {known}",
        "ja": "プロファイルでは {names} を設定できません({near} の誤りではありませんか)。設定できるもの: {known}",
    },
}
