"""What people read of a team's host, on either side: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "team_error": {
        "en": "The team's host reported a problem: {problem}.",
        "ja": "チームホストで問題が発生しました: {problem}。",
    },
    "team_unavailable": {
        "en": "The team's host {address} does not answer: {problem}. Check the network, or ask whoever runs it; "
        "'xl-vqa team leave' goes back to rating on this machine.",
        "ja": "チームホスト {address} が応答しません: {problem}。ネットワークをご確認いただくか、管理者に"
        "お問い合わせください。'xl-vqa team leave' でこの端末での評価に戻せます。",
    },
    "team_certificate": {
        "en": "What answers at {address} is not known as the team's host: {problem}. Nothing was sent to it. Ask "
        "whoever runs the host for its fingerprint, and join again with 'xl-vqa team join'.",
        "ja": "{address} で応答した相手をチームホストと確認できません: {problem}。何も送信していません。管理者に"
        "指紋を確認し、'xl-vqa team join' で参加し直してください。",
    },
    "team_token": {
        "en": "The team's host lets nobody in with this token: {problem}. Ask whoever runs it for a token and use "
        "'xl-vqa team join'.",
        "ja": "このトークンではチームホストを利用できません: {problem}。管理者からトークンを受け取り、"
        "'xl-vqa team join' を実行してください。",
    },
    "team_role": {
        "en": "Your role at the team's host ({role}) does not allow this: {problem}.",
        "ja": "チームホストでの権限({role})では実行できません: {problem}。",
    },
    "team_limit": {
        "en": "The team's host takes no more for now: {problem}.",
        "ja": "チームホストが現在これ以上受け付けられません: {problem}。",
    },
    "team_setup": {
        "en": "The team's host is not set up so: {problem}.",
        "ja": "チームホストの設定に問題があります: {problem}。",
    },
    "team_path": {
        "en": "The team's host cannot be asked about {path}: {problem}.",
        "ja": "{path} はチームホストで評価できません: {problem}。",
    },
    "team_upload": {
        "en": "{path} could not be sent to the team's host: {problem}.",
        "ja": "{path} をチームホストに送信できませんでした: {problem}。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "team_token_none": {
        "en": "this machine has none for the address in the settings",
        "ja": "設定されたアドレス用のトークンがこの端末にありません",
    },
    "team_token_unasked": {
        "en": "nobody is here to be asked for the token; give it by --token-file FILE (- is the standard input)",
        "ja": "トークンを入力できる端末がありません。--token-file ファイル(標準入力は -)で指定してください",
    },
    "team_token_missing": {"en": "none was shown", "ja": "トークンが提示されていません"},
    "team_token_unknown": {"en": "it is not known there", "ja": "登録されていないトークンです"},
    "team_token_expired": {"en": "it expired on {date}", "ja": "{date} に有効期限が切れています"},
    "team_token_revoked": {"en": "it was revoked", "ja": "失効させられています"},
    "team_role_refresh": {
        "en": "rating again what is stored needs the role train; leave out --refresh",
        "ja": "保存済みの動画の再評価には train の権限が必要です。--refresh を外してください",
    },
    "team_role_model": {
        "en": "choosing a model ({model}) needs the role train; the host has its own, so take it out with "
        "'xl-vqa settings unset model'",
        "ja": "モデル({model})の選択には train の権限が必要です。ホスト側のモデルを使うには "
        "'xl-vqa settings unset model' で設定を外してください",
    },
    "team_role_needed": {"en": "it needs the role {needed}", "ja": "{needed} の権限が必要です"},
    "team_requests_a_minute": {
        "en": "more than {limit} requests a minute",
        "ja": "要求が 1 分あたり {limit} 件を超えています",
    },
    "team_videos_a_minute": {
        "en": "more than {limit} videos a minute",
        "ja": "動画が 1 分あたり {limit} 本を超えています",
    },
    "team_waiting": {
        "en": "more than {limit} of your videos are waiting",
        "ja": "待機中の動画が {limit} 本を超えています",
    },
    "team_explanations": {
        "en": "more than {limit} of your explanations are under way",
        "ja": "作成中の評価理由が {limit} 件を超えています",
    },
    "team_held": {
        "en": "more than {limit} of your requests wait for an answer",
        "ja": "応答待ちの要求が {limit} 件を超えています",
    },
    "team_tries": {
        "en": "too many wrong tokens came from your address; wait a minute",
        "ja": "お使いのアドレスから誤ったトークンが多数送られました。1 分ほどお待ちください",
    },
    "team_headers": {
        "en": "its headers contradict each other",
        "ja": "ヘッダーの内容が矛盾しています",
    },
    "team_quota": {
        "en": "you may have {mib} MiB in {files} clips there at a time",
        "ja": "一度に置けるのは合計 {mib} MiB、{files} 本までです",
    },
    "team_disk": {"en": "its disk is nearly full", "ja": "ホストのディスクの空きが不足しています"},
    "team_uploads_at_once": {
        "en": "more than {count} clips are being sent at the same time",
        "ja": "同時に送信できるのは {count} 本までです",
    },
    "team_upload_off": {
        "en": "it takes no clips, only shared folders",
        "ja": "送信は許可されていません(共有フォルダーのみ)",
    },
    "team_upload_size": {
        "en": "it has {size} MiB, and {limit} MiB are allowed",
        "ja": "{size} MiB あります(上限 {limit} MiB)",
    },
    "team_upload_name": {"en": "its content has no proper name", "ja": "内容を表す名前が正しくありません"},
    "team_upload_ending": {
        "en": "files that end in {ending} are not taken",
        "ja": "拡張子 {ending} のファイルは受け付けていません",
    },
    "team_upload_empty": {"en": "nothing came", "ja": "内容が届きませんでした"},
    "team_upload_cut": {"en": "it did not come whole", "ja": "途中で終わりました"},
    "team_upload_other": {
        "en": "what came is not what was announced; the file may have changed meanwhile",
        "ja": "届いた内容が予告と一致しません(送信中にファイルが変わった可能性があります)",
    },
    "team_upload_slow": {
        "en": "nothing, or too little, came for {seconds} s",
        "ja": "{seconds} 秒間、データがほとんど届きませんでした",
    },
    "team_path_not_shared": {
        "en": "it lies in no shared folder ({known}), and clips are not taken",
        "ja": "共有フォルダー({known})の外にあり、送信も許可されていません",
    },
    "team_path_characters": {"en": "no file can be called so", "ja": "ファイル名として使用できません"},
    "team_path_dots": {
        "en": "a path with . or .. inside is not followed",
        "ja": "途中に . や .. を含むパスは使用できません",
    },
    "team_path_drive": {
        "en": "a drive, a stream or a device stands inside the path",
        "ja": "パスの途中にドライブ、ストリーム、デバイスの名前があります",
    },
    "team_path_link": {
        "en": "it leads out of the shared folder",
        "ja": "共有フォルダーの外を指しています",
    },
    "team_root_prefix": {
        "en": "{prefix} is no absolute path of a folder as people's machines call it",
        "ja": "{prefix} は利用者の端末でのフォルダーの絶対パスではありません",
    },
    "team_root_folder": {
        "en": "the folder {folder} for {prefix} is not there",
        "ja": "{prefix} に対応するフォルダー {folder} がありません",
    },
    "team_person_name": {
        "en": "{name} cannot be a person's name: letters, digits, blanks and .@+-, 64 at the most",
        "ja": "{name} は名前として使用できません(文字、数字、空白、.@+- を 64 字まで)",
    },
    "team_role_unknown": {
        "en": "there is no role {role}; there are {known}",
        "ja": "{role} という権限はありません。指定できるもの: {known}",
    },
    "team_days": {
        "en": "a token holds 1 to 3650 days, not {days}",
        "ja": "有効日数は 1〜3650 で指定してください({days})",
    },
    "team_person_known": {
        "en": "{name} has a token that is valid; revoke it first",
        "ja": "{name} には有効なトークンがあります。先に失効させてください",
    },
    "team_nobody": {
        "en": "nobody is called {name}; there are {known}",
        "ja": "{name} という利用者はいません。登録されている利用者: {known}",
    },
    "team_people_file": {
        "en": "{file} cannot be read, so nobody is let in",
        "ja": "{file} を読み込めないため、誰も利用できません",
    },
    "team_listen": {
        "en": "listen is {value} and must be an address of this machine such as 0.0.0.0",
        "ja": "listen が {value} になっています。0.0.0.0 などこの端末のアドレスを指定してください",
    },
    "team_value": {"en": "{name} cannot be {value}", "ja": "{name} に {value} は指定できません"},
    "team_certificate_pair": {
        "en": "certificate and key belong together; give both, or neither",
        "ja": "certificate と key は両方指定するか、両方省略してください",
    },
    "team_certificate_file": {
        "en": "{file} is no certificate that can be used ({why})",
        "ja": "{file} は証明書として使用できません({why})",
    },
    "team_key_file": {
        "en": "{file} is no key that can be used ({why})",
        "ja": "{file} は秘密鍵として使用できません({why})",
    },
    "team_no_certificate": {
        "en": "no whole certificate in PEM form stands in it",
        "ja": "PEM 形式の証明書が入っていないか、途中で切れています",
    },
    "team_no_key": {
        "en": "no whole private key in PEM form stands in it",
        "ja": "PEM 形式の秘密鍵が入っていないか、途中で切れています",
    },
    "team_key_locked": {
        "en": "it is locked by a password; write it without one: openssl pkey -in LOCKED -out OPEN",
        "ja": "パスワードで保護されています。パスワードなしで保存してください: openssl pkey -in 元のファイル "
        "-out 新しいファイル",
    },
    "team_key_other": {
        "en": "it belongs to another certificate than {certificate}",
        "ja": "{certificate} とは別の証明書の鍵です",
    },
    "team_certificate_names": {
        "en": "{names} are no host names or addresses",
        "ja": "{names} はホスト名またはアドレスではありません",
    },
    "team_certificate_untrusted": {
        "en": "this machine does not trust its certificate ({why})",
        "ja": "この端末が信頼しない証明書です({why})",
    },
    "tls_expired": {"en": "it has expired", "ja": "有効期限が切れています"},
    "tls_not_yet": {
        "en": "it is not valid yet; is the clock of this machine right?",
        "ja": "有効期間がまだ始まっていません。この端末の時計が正しいかご確認ください",
    },
    "tls_unknown_issuer": {
        "en": "no authority that is known here has issued it",
        "ja": "この端末で知られている認証局が発行したものではありません",
    },
    "tls_other_name": {
        "en": "it was made for another name or address than this one",
        "ja": "別の名前またはアドレス用の証明書です",
    },
    "team_certificate_other": {
        "en": "its certificate has the fingerprint {shown} and not {known}",
        "ja": "証明書の指紋が {known} ではなく {shown} です",
    },
    "team_fingerprint": {
        "en": "a fingerprint has 64 hexadecimal digits, as 'xl-vqa team certificate' prints it",
        "ja": "指紋は 'xl-vqa team certificate' が表示する 64 桁の 16 進数です",
    },
    "team_plain_http": {
        "en": "plain_http sends tokens that everybody can read, so it is allowed on 127.0.0.1 alone and not on "
        "{address}",
        "ja": "plain_http ではトークンが暗号化されないため、127.0.0.1 でのみ使用できます({address} では不可)",
    },
    "team_proxy": {"en": "{value} is no address of a proxy", "ja": "{value} はプロキシのアドレスではありません"},
    "team_unknown_key": {
        "en": "there is no {name} in team.toml; there are {known}",
        "ja": "team.toml に {name} という項目はありません。指定できるもの: {known}",
    },
    "team_no_listen": {
        "en": "{address} is no address of this machine; name one of its own as 'listen' in team.toml ({why})",
        "ja": "{address} はこの端末のアドレスとして使用できません。team.toml の 'listen' にこの端末のアドレスを"
        "指定してください({why})",
    },
    "team_running": {
        "en": "a team's host of this user is running already",
        "ja": "このユーザーのチームホストはすでに動作しています",
    },
    "team_not_ours": {
        "en": "{address} is not run by this machine; whoever runs it ends it there",
        "ja": "{address} はこの端末のホストではありません。停止は管理者が行います",
    },
    "team_settings": {
        "en": "the settings {names} do not hold at {address}, which decides them itself; take them out with "
        "'xl-vqa settings unset NAME'",
        "ja": "設定 {names} は {address} では使えません(ホスト側で決まります)。'xl-vqa settings unset NAME' で"
        "外してください",
    },
}
