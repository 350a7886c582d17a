"""Words of ``xl-vqa team``, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "listening": {
        "en": "The team's host listens on {address}, port {port}. It runs until it is ended (Ctrl+C).",
        "ja": "チームホストが {address} のポート {port} で待ち受けています(Ctrl+C で終了)。",
    },
    "root_form": {
        "en": "{given} is no pair. Write the folder as people's machines call it, =, and as this one does: "
        "Z:/videos=/srv/videos",
        "ja": "{given} は組になっていません。「利用者の端末での名前=この端末でのフォルダー」の形で指定します: "
        "Z:/videos=/srv/videos",
    },
    "fingerprint": {
        "en": "Fingerprint of its certificate (SHA-256): {fingerprint}",
        "ja": "証明書の指紋(SHA-256): {fingerprint}",
    },
    "plain": {
        "en": "Without TLS: the reverse proxy before it has to bring it.",
        "ja": "TLS なしで動作しています。手前のリバースプロキシで TLS を使用してください。",
    },
    "nobody": {
        "en": "Nobody has a token yet: xl-vqa team add-person NAME",
        "ja": "トークンを持つ利用者がまだいません: xl-vqa team add-person NAME",
    },
    "person_added": {
        "en": "{name} may use the team's host ({role}) until {date}. The token, which is shown this once:",
        "ja": "{name} は {date} までチームホストを利用できます({role})。トークン(表示は今回だけです):",
    },
    "person_next": {
        "en": "On {name}'s machine: xl-vqa team join https://HOST:{port} --fingerprint {fingerprint}",
        "ja": "{name} の端末で実行: xl-vqa team join https://HOST:{port} --fingerprint {fingerprint}",
    },
    "person_next_given": {
        "en": "On {name}'s machine: xl-vqa team join https://HOST:{port}",
        "ja": "{name} の端末で実行: xl-vqa team join https://HOST:{port}",
    },
    "revoked": {
        "en": "Revoked: {name}. The token is refused from the next request on.",
        "ja": "失効させました: {name}。次の要求から拒否されます。",
    },
    "removed": {
        "en": "Removed: {name}, with the clips that were sent.",
        "ja": "削除しました: {name}(送信されたクリップを含む)",
    },
    "name": {"en": "Person", "ja": "利用者"},
    "role": {"en": "Role", "ja": "権限"},
    "state": {"en": "Token", "ja": "トークン"},
    "until": {"en": "Until", "ja": "期限"},
    "clips": {"en": "Clips", "ja": "クリップ"},
    "valid": {"en": "valid", "ja": "有効"},
    "expired": {"en": "expired", "ja": "期限切れ"},
    "is_revoked": {"en": "revoked", "ja": "失効"},
    "renewed": {
        "en": "A new certificate was made. Everybody has to join again with its fingerprint; start the host anew.",
        "ja": "新しい証明書を作成しました。ホストを再起動し、全員が新しい指紋で参加し直してください。",
    },
    "given": {
        "en": "The certificate is a given one; it is renewed where it came from.",
        "ja": "指定された証明書を使用しています。更新は発行元で行ってください。",
    },
    "ask_token": {"en": "Token (it is not shown)", "ja": "トークン(表示されません)"},
    "look": {
        "en": "What answers at {address} shows this fingerprint: {fingerprint}\nCompare it with the one that "
        "whoever runs the host told you. If it is the same, join with --fingerprint and that number.",
        "ja": "{address} の指紋: {fingerprint}\n管理者から知らされたものと比べ、同じであれば "
        "--fingerprint にその値を指定して参加してください。",
    },
    "joined": {
        "en": "Joined {address} as {name} ({role}, until {date}). Formulas and commands now ask it.",
        "ja": "{address} に {name} として参加しました({role}、{date} まで)。以後、数式とコマンドはこのホストを"
        "使用します。",
    },
    "shared": {"en": "Shared folders: {known}", "ja": "共有フォルダー: {known}"},
    "sends": {
        "en": "Other clips are sent to it, up to {mib} MiB each.",
        "ja": "その他のクリップは送信されます(1 本 {mib} MiB まで)。",
    },
    "sends_not": {"en": "Other clips are not taken.", "ja": "その他のクリップは受け付けられません。"},
    "settings_out": {
        "en": "These settings hold on this machine alone and have to be taken out before it can be asked: {names} "
        "(xl-vqa settings unset NAME)",
        "ja": "次の設定はこの端末だけのものです。利用前に外してください: {names}(xl-vqa settings unset NAME)",
    },
    "left": {
        "en": "Left {address}: the token is removed, and videos are rated on this machine again.",
        "ja": "{address} の利用をやめました。トークンを削除し、以後はこの端末で評価します。",
    },
    "not_joined": {"en": "No team's host is joined.", "ja": "チームホストには参加していません。"},
    "overruled": {
        "en": "But {variable} in the environment still names a host: remove it there.",
        "ja": "ただし、環境変数 {variable} がホストを指定しています。環境変数からも削除してください。",
    },
}

tr: Final = Table(TEXTS)
