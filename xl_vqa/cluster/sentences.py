"""What people read of scoring on a cluster: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "cluster_error": {
        "en": "The cluster cannot be used: {problem}.",
        "ja": "クラスターを使用できません: {problem}。",
    },
    "cluster_address": {
        "en": "There is no Ray cluster at {address}: {problem}. 'ray status' on its head node says whether it "
        "runs; --cluster local starts one on this machine.",
        "ja": "{address} に Ray クラスターがありません: {problem}。稼働状況はヘッドノードの 'ray status' で"
        "確認できます。--cluster local を指定すると、この端末で起動します。",
    },
    "cluster_node": {
        "en": "The machine {node} of the cluster cannot take part: {problem}.",
        "ja": "クラスターの端末 {node} は使用できません: {problem}。",
    },
    "cluster_video": {
        "en": "{path} has no score from the cluster: {problem}.",
        "ja": "{path} のスコアをクラスターから得られませんでした: {problem}。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    # a served model
    "cluster_not_served": {
        "en": "the cluster does not serve the model ({detail}); 'ray status' on its head node says what it has",
        "ja": "クラスターでモデルを起動できません({detail})。空き状況はヘッドノードの 'ray status' で確認できます",
    },
    "cluster_replica_died": {
        "en": "the replica of the model that rated it ended {times} times, or did not answer",
        "ja": "評価中のモデルのレプリカが {times} 回終了したか、応答しませんでした",
    },
    # the address
    "cluster_form": {
        "en": "an address is local, auto, or MACHINE:PORT such as 10.0.0.5:6379",
        "ja": "アドレスは local、auto、または 10.0.0.5:6379 のような「端末:ポート」で指定します",
    },
    "cluster_client": {
        "en": "ray:// is for other programs. Give this command on a machine of the cluster, with --cluster auto",
        "ja": "ray:// は使用できません。クラスターの端末で --cluster auto を指定して実行してください",
    },
    "cluster_none": {
        "en": "none runs on this machine",
        "ja": "この端末ではクラスターが動いていません",
    },
    "cluster_refused": {
        "en": "something listens there and did not let this machine in ({detail}). The versions of Ray and "
        "Python, and the token (.ray/auth_token in the home folder), have to be the same on all machines",
        "ja": "応答はありますが、接続できませんでした({detail})。Ray と Python のバージョン、トークン(ホーム"
        "フォルダーの .ray/auth_token)は、全端末で同じである必要があります",
    },
    "cluster_not_started": {
        "en": "Ray did not start on this machine ({detail})",
        "ja": "この端末で Ray を起動できませんでした({detail})",
    },
    # its machines
    "cluster_no_package": {
        "en": "xl_vqa is not installed in the Python of its Ray ({detail}). Install {version} there",
        "ja": "その Ray の Python に xl_vqa がありません({detail})。{version} をインストールしてください",
    },
    "cluster_version": {
        "en": "it has xl_vqa {found}, and this machine {version}. Install the same version on both",
        "ja": "xl_vqa のバージョンが異なります(その端末は {found}、この端末は {version})。同じバージョンに"
        "そろえてください",
    },
    "cluster_model": {
        "en": "its model {model} is another one ({found}) than that of the others ({wanted}). Put the same files "
        "on every machine, and set device and dtype where their cards differ",
        "ja": "モデル {model} がほかの端末のものと異なります({found}、ほかは {wanted})。全端末に同じファイルを"
        "置き、GPU の種類が異なる場合は device と dtype を設定してください",
    },
    "cluster_model_unusable": {
        "en": "it cannot use the model ({detail})",
        "ja": "モデルを使用できません({detail})",
    },
    "cluster_folder": {
        "en": "it does not see {path}, which this machine sees. Mount the videos' folder there under the "
        "same path",
        "ja": "この端末から見える {path} が、その端末からは見えません。動画のフォルダーを同じパスでマウントして"
        "ください",
    },
    "cluster_other_file": {
        "en": "its {path} is another file than that of this machine. Mount the same folder on both",
        "ja": "{path} の内容がこの端末と異なります。同じフォルダーをマウントしてください",
    },
    # its room
    "cluster_no_machine": {"en": "it has no machine that is up", "ja": "稼働中の端末がありません"},
    "cluster_no_card": {
        "en": "the settings ask for {device}, and no machine of it has a GPU",
        "ja": "設定の device は {device} ですが、GPU のある端末がありません",
    },
    "cluster_model_silent": {
        "en": "the model was not ready after {minutes} min on any of its machines. Other work may hold them; "
        "'ray status' shows it",
        "ja": "{minutes} 分待っても、どの端末でもモデルの準備ができませんでした。ほかの処理が使用中の可能性が"
        "あります('ray status' で確認できます)",
    },
    # one video
    "cluster_path_gone": {
        "en": "the machine {node} does not see the file, and this one does. Mount its folder there under the "
        "same path",
        "ja": "端末 {node} からファイルが見えません(この端末からは見えます)。フォルダーを同じパスでマウントして"
        "ください",
    },
    "cluster_lost": {
        "en": "its rating is not in the store, which may have been replaced meanwhile. Give the command again",
        "ja": "保存されたスコアがありません(保存ファイルが途中で置き換わった可能性があります)。もう一度実行して"
        "ください",
    },
    "cluster_worker_died": {
        "en": "the workers ended {times} times over it, each time alone. The others are not touched",
        "ja": "単独で処理しても、ワーカーが {times} 回終了しました。ほかの動画には影響ありません",
    },
    "cluster_stalled": {
        "en": "nothing came from its workers for {minutes} min, after a fresh start too. 'ray status' says "
        "whether they have room; give the command again to go on",
        "ja": "再開後も含め、ワーカーから {minutes} 分間応答がありませんでした。空き状況は 'ray status' で確認"
        "できます。同じコマンドで続きから再開できます",
    },
}
