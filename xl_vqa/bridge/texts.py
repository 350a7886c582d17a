"""Words that the spreadsheets' side shows, in English and Japanese (errors: xl_vqa.words.messages)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "pending": {"en": "rating…", "ja": "評価中…"},
    "pending_at": {"en": "rating… ({position} ahead)", "ja": "評価中…(待ち {position} 件)"},
    "starting": {"en": "starting the scoring host…", "ja": "スコアリングホストを起動中…"},
    "loading_model": {"en": "loading the model…", "ja": "モデルを読み込み中…"},
    "status_done": {"en": "rated", "ja": "評価済み"},
    "status_overall": {
        "en": "{done} rated, {pending} waiting, {failed} with an error",
        "ja": "評価済み {done} 件、評価中 {pending} 件、エラー {failed} 件",
    },
    "status_earlier": {
        "en": "{count} scores are of an earlier version of the model ('xl-vqa models follow' takes the new ones).",
        "ja": "{count} 件は以前の版のモデルのスコアです(新しい版に切り替えるには 'xl-vqa models follow')。",
    },
    "progress": {"en": "{done} of {total} rated", "ja": "{total} 件中 {done} 件 評価済み"},
    "progress_eta": {
        "en": "{done} of {total} rated, about {minutes} min left",
        "ja": "{total} 件中 {done} 件 評価済み、残り約 {minutes} 分",
    },
    "waiting": {"en": "xl_vqa: rating videos, {pending} left", "ja": "xl_vqa: 動画を評価中、残り {pending} 件"},
    "building": {"en": "making {name}", "ja": "{name} を作成中"},
    "nothing_running": {"en": "nothing is being rated", "ja": "評価中の動画はありません"},
    "not_written": {
        "en": "The scores could not be written: {problem}\n\nThe sheet is as it was, and every score is kept; "
        "score the selection again to write them.",
        "ja": "スコアを書き込めませんでした: {problem}\n\nシートは元のままで、スコアは保存済みです。もう一度"
        "採点すると書き込まれます。",
    },
    "why_asking": {"en": "asking about {name}", "ja": "{name} を確認中"},
    "why_measuring": {
        "en": "looking for what is wrong with {name}: {share}",
        "ja": "{name} の理由を調べています: {share}",
    },
    "ask_bands": {
        "en": "Lowest scores of {names}, rising, with commas between them:",
        "ja": "{names} の下限スコアを、小さい順にカンマ区切りで入力してください:",
    },
    "bands_name": {"en": "bands", "ja": "評価区分"},
    "ask_model": {
        "en": "The model: 'starter', a folder, or a hub name. (Profiles for formulas: {profiles})",
        "ja": "モデルを「starter」、フォルダー、ハブ名のいずれかで指定してください"
        "(数式用プロファイル: {profiles})",
    },
    "settings_changed": {
        "en": "changed; formulas show it when they are computed next (Ctrl+Alt+F9)",
        "ja": "変更しました。数式には次の再計算(Ctrl+Alt+F9)で反映されます",
    },
    "status_stopped": {
        "en": "The scoring host is not running; it starts with the next video. Model: {model}",
        "ja": "スコアリングホストは停止中です(次の動画で自動的に起動します)。モデル: {model}",
    },
    "status_model": {"en": "Model: {model} ({state})", "ja": "モデル: {model}({state})"},
    "status_other_model": {
        "en": "Model: {model} ({state}). The host still holds {loaded} and changes over with the next rating.",
        "ja": "モデル: {model}({state})。ホストには {loaded} が読み込まれており、次の評価のときに切り替わります。",
    },
    "status_queue": {
        "en": "Waiting {queued}, being rated {rating}; rated since start {done}, errors {failed}",
        "ja": "待機 {queued}、評価中 {rating}、起動後の評価 {done}、エラー {failed}",
    },
    "state_unloaded": {"en": "loads when needed", "ja": "必要になったときに読み込みます"},
    "state_loading": {"en": "loading", "ja": "読み込み中"},
    "state_ready": {"en": "ready", "ja": "準備完了"},
    "state_failed": {"en": "could not be loaded", "ja": "読み込みに失敗しました"},
    "host_not_running": {"en": "The scoring host is not running.", "ja": "スコアリングホストは動作していません。"},
    "host_started": {"en": "The scoring host is running.", "ja": "スコアリングホストは動作中です。"},
    "host_stopped": {"en": "The scoring host has stopped.", "ja": "スコアリングホストを停止しました。"},
    "relinked_some": {
        "en": "{count} formulas relinked; {failed} could not be changed (array formulas, protected sheets)",
        "ja": "{count} 個の数式を再リンクしました。{failed} 個は変更できません(配列数式または保護されたシート)",
    },
    "relinked": {"en": "{count} formulas relinked", "ja": "{count} 個の数式を再リンクしました"},
    "help": {
        "en": "=VQA_SCORE(A2)  score of the video whose path is in A2 (10 to 50)\n=VQA_MOS, =VQA_BAND, "
        "=VQA_CONFIDENCE  its MOS, category and the model's confidence\n"
        '=VQA_DECISION(A2,,"name"), =VQA_RANK, =VQA_LOW, =VQA_HIGH  accept or not, rank, ends of the interval, '
        "by your domain's profile\n=VQA_WHY(A2)  why it has its score, in a sentence\n"
        '=VQA_ATTRIBUTE(A2,"noise")  one of its qualities\n'
        "=VQA_ERROR(A2)  why there is no score\n"
        "=VQA_STATUS()  how many are done and waiting\n=VQA_LABEL(4.2)  the label of people's MOS\n"
        '#GETTING_DATA  the video is being rated; =IFERROR(VQA_SCORE(A2),"...") shows a word instead\n\n'
        "Score selection writes scores beside the selected paths without formulas.",
        "ja": "=VQA_SCORE(A2)  A2 のパスの動画のスコア(10〜50)\n=VQA_MOS、=VQA_BAND、=VQA_CONFIDENCE  MOS、"
        '評価区分、モデルの確信度\n=VQA_DECISION(A2,,"名前")、=VQA_RANK、=VQA_LOW、=VQA_HIGH  '
        "分野のプロファイルによる合否、順位、区間の両端\n=VQA_WHY(A2)  スコアの理由(1 文)\n"
        '=VQA_ATTRIBUTE(A2,"ノイズ")  個別の品質\n'
        "=VQA_ERROR(A2)  スコアがない理由\n=VQA_STATUS()  "
        "評価済みと評価中の件数\n"
        '=VQA_LABEL(4.2)  人による MOS のラベル\n#GETTING_DATA  評価中(=IFERROR(VQA_SCORE(A2),"...") で文字に'
        "置き換えられます)\n\n「選択範囲を採点」は、数式を使わずに、選択したパスの隣に"
        "スコアを書き込みます。",
    },
    "cancelled": {"en": "{count} videos cancelled", "ja": "{count} 件を中止しました"},
    "finished": {"en": "{done} rated, {failed} with an error", "ja": "評価済み {done} 件、エラー {failed} 件"},
}

tr: Final = Table(TEXTS)


def model_line(status: Mapping[str, Any], language: str) -> str:
    """Of ``HostClient.status``: which model rates and how it stands, and which other one the host still holds."""
    state = tr(f"state_{status['model_state']}", language)
    key = "status_other_model" if status["other_loaded"] else "status_model"
    return tr(key, language, model=status["model"], state=state, loaded=status["loaded"])
