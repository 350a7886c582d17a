"""What people read of those who ask the host: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "profile_not_found": {
        "en": "There is no profile called {name} in {folder}. Known profiles: {known}.",
        "ja": "プロファイル {name} が {folder} にありません。使用できるプロファイル: {known}。",
    },
    "profile_file": {
        "en": "The profile {path} cannot be read ({problem}). Make it anew with 'xl-vqa calibrate'.",
        "ja": "プロファイル {path} を読み込めません({problem})。'xl-vqa calibrate' で作成し直してください。",
    },
    "profile_mismatch": {
        "en": "The profile {name} cannot be used: {problem}. Calibrate again with 'xl-vqa calibrate', or go "
        "back to what it was fitted with.",
        "ja": "プロファイル {name} を使用できません: {problem}。'xl-vqa calibrate' で作成し直すか、作成時の設定に"
        "戻してください。",
    },
    "reading_decision": {"en": "{decision}.", "ja": "{decision}。"},
    "reading_rank": {"en": "Better than {share} of {count}.", "ja": "{count} 本中の {share} より良い品質です。"},
    "reading_rank_among": {
        "en": "Better than {share} of {count} ({name}).",
        "ja": "{name} の {count} 本中の {share} より良い品質です。",
    },
    "reading_interval": {
        "en": "MOS {low} to {high} with {coverage}.",
        "ja": "MOS は {coverage} の確率で {low}～{high} です。",
    },
    "warning_earlier_version": {
        "en": "This score is of an earlier version of the model; it stands until 'xl-vqa models follow' "
        "lets formulas "
        "take the scores of the version in use.",
        "ja": "このスコアは以前の版のモデルによるものです。'xl-vqa models follow' を実行すると、"
        "数式は使用中の版のスコアに切り替わります。",
    },
    "warning_outside_taught": {
        "en": "The video may be unlike anything that the model was taught: at most {false_alarm} of the videos it "
        "was calibrated on leave it so unsure that the answer is a label at all (off-digit mass "
        "{off_digit_mass}).",
        "ja": "モデルが学習していない種類の動画かもしれません。ラベル外確率が "
        "{off_digit_mass} で、校正に使った動画のうちこれほど高いものは多くても {false_alarm} です。",
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
    "profile_other_model": {
        "en": "it was fitted for {fitted}, and these scores are of {model} or of other weights of that name",
        "ja": "{fitted} 用に作成されていますが、今のスコアは {model}(または同名の別の重み)のものです",
    },
    "profile_other_sampling": {
        "en": "it was fitted with {setting} = {fitted}, and now that is {now} (- is the model's own)",
        "ja": "作成時の {setting} は {fitted} でしたが、現在は {now} です(- はモデルの既定値)",
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
