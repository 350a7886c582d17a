"""Japanese help of ``xl-vqa team``, by the English text: a part of ``help_ja``."""

from __future__ import annotations

from typing import Final

TEAM_JA: Final[dict[str, str]] = {
    "A host for several people, on another machine or on this one.": (
        "複数の利用者で使うホスト(別の端末またはこの端末)。"
    ),
    "The person's name, as 'xl-vqa team list' shows it.": "利用者の名前(xl-vqa team list の表示どおり)。",
    "Also write a .zip for support, without names, paths and tokens.": (
        "サポート用の .zip も書き出します(名前、パス、トークンは含みません)。"
    ),
    "The person's name.": "利用者の名前。",
    "Let other machines ask the host of this one, until it is ended. team.toml in the data folder says how.": (
        "終了するまで、ほかの端末からこの端末のホストを利用できるようにします。設定はデータフォルダーの "
        "team.toml に書きます。"
    ),
    "Address of this machine; 0.0.0.0 is all.": "この端末のアドレス(0.0.0.0 はすべて)。",
    "Port; 8443 where nothing says otherwise.": "ポート(指定がなければ 8443)。",
    "A shared folder, as people's machines call it and as this one does: Z:/v=/srv/v": (
        "共有フォルダー(利用者の端末での名前=この端末での場所。例: Z:/v=/srv/v)。"
    ),
    "Without TLS, behind a reverse proxy of this machine.": (
        "TLS を使わず、この端末のリバースプロキシの背後で動作します。"
    ),
    "Give a person a token. It is shown this once; a hash of it is kept.": (
        "利用者にトークンを発行します。表示は一度だけで、保存されるのはハッシュのみです。"
    ),
    "rate, train (may choose a model) or admin.": "rate、train(モデルを選択可能)、admin のいずれか。",
    "Days after which the token expires.": "トークンの有効日数。",
    "Make a person's tokens worthless, at once.": "利用者のトークンを直ちに失効させます。",
    "Also remove the person and the clips sent.": "利用者と送信されたクリップも削除します。",
    "Show who may use the team's host, with role and date.": (
        "チームホストの利用者を、権限と期限とともに表示します。"
    ),
    "Print the fingerprint of the host's certificate, which people compare.": (
        "ホストの証明書の指紋(照合用)を表示します。"
    ),
    "Make a new one, with another fingerprint.": "新しい証明書を作成します(指紋が変わります)。",
    "Have videos rated by a team's host from now on. The token is asked for, and kept for this user alone.": (
        "以後の評価をチームホストで行います。トークンの入力を求め、このユーザーだけが読める形で保存します。"
    ),
    "Of the team's host: https://gpu1.example:8443": "チームホストのアドレス(例: https://gpu1.example:8443)。",
    "Of its certificate, where it made that itself.": "証明書の指紋(ホストが自分で作成した場合)。",
    "Read the token from a file; - is standard input.": "トークンをファイルから読み込みます(- は標準入力)。",
    "Rate on this machine again, and remove the token.": "この端末での評価に戻し、トークンを削除します。",
}
