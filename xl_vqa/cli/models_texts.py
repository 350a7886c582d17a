"""Words of ``xl-vqa models``, in English and Japanese."""

from __future__ import annotations

from typing import Final

from xl_vqa.words.table import Table

TEXTS: Final[dict[str, dict[str, str]]] = {
    "name": {"en": "Name", "ja": "名前"},
    "labels": {"en": "Labels", "ja": "ラベル"},
    "folder": {"en": "Folder", "ja": "フォルダー"},
    "base": {"en": "On top of", "ja": "ベースモデル"},
    "serves": {"en": "* serves now", "ja": "* 現在使用中"},
    "added": {
        "en": "{name} was added ({folder}).",
        "ja": "{name} を登録しました({folder})。",
    },
    "activate_next": {
        "en": "Make it serve with: xl-vqa models activate {name}",
        "ja": "使用するには: xl-vqa models activate {name}",
    },
    "active": {
        "en": "{name} serves from the next rating on (written to {file}).",
        "ja": "次の評価から {name} を使用します({file} に書き込みました)。",
    },
    "pulling": {"en": "Fetching (MiB)", "ja": "取得中(MiB)"},
    "pulled": {
        "en": "{model}: {files} files, {size} MiB, revision {commit}, in {folder}",
        "ja": "{model}: {files} ファイル、{size} MiB、リビジョン {commit}({folder})",
    },
    "checked": {
        "en": "Every file has the checksum that the hub states.",
        "ja": "すべてのファイルのチェックサムがハブの記載と一致しました。",
    },
    "unchecked": {
        "en": "No checksum was stated for: {names}",
        "ja": "チェックサムの記載がないファイル: {names}",
    },
    "add_next": {
        "en": "Make it serve with: xl-vqa models add {model} --activate",
        "ja": "使用するには: xl-vqa models add {model} --activate",
    },
    "no_card": {
        "en": "The folder has no card (README.md).",
        "ja": "このフォルダーにはカード(README.md)がありません。",
    },
    "scale": {"en": "MOS scale", "ja": "MOS の尺度"},
    "frames": {"en": "Frames of a video", "ja": "動画から読むフレーム数"},
    "taught": {"en": "Taught on labels", "ja": "ラベルで学習済み"},
    "reads_text": {"en": "Reads the text beside a video", "ja": "動画に添えたテキストを読む"},
    "size": {"en": "Weights (MiB)", "ja": "重み(MiB)"},
    "serving": {"en": "Serves now", "ja": "現在使用中"},
    "exported": {
        "en": "{name} stands in {folder}, merged, in {dtype}. In transformers: "
        "AutoModelForImageTextToText.from_pretrained(folder). Here: xl-vqa models add {typed}",
        "ja": "{name} を統合し、{dtype} で {folder} に保存しました。transformers では "
        "AutoModelForImageTextToText.from_pretrained(folder)、このコンピューターでは xl-vqa models add {typed} で"
        "使用できます",
    },
    "removed": {
        "en": "{name} was forgotten; its files are still in {folder}.",
        "ja": "{name} の登録を解除しました。ファイルは {folder} に残っています。",
    },
}

tr: Final = Table(TEXTS)
