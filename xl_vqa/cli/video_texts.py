"""Words of ``xl-vqa inspect`` and ``xl-vqa check-videos`` in English and Japanese."""

from __future__ import annotations

from typing import Final

VIDEO_TEXTS: Final[dict[str, dict[str, str]]] = {
    "inspect_file": {"en": "File", "ja": "ファイル"},
    "inspect_kind": {"en": "Container, codec, pixels", "ja": "コンテナー、コーデック、画素形式"},
    "inspect_size": {"en": "Size as shown", "ja": "表示サイズ"},
    "inspect_stored": {"en": "Size as stored", "ja": "記録サイズ"},
    "inspect_length": {"en": "Length", "ja": "長さ"},
    "inspect_rate": {"en": "Frames a second", "ja": "フレームレート"},
    "inspect_count": {"en": "Frames", "ja": "フレーム数"},
    "inspect_reader": {"en": "Read by", "ja": "読み込み方法"},
    "inspect_frames": {"en": "Frames looked at", "ja": "評価に使うフレーム"},
    "inspect_notes": {"en": "Notes of the record", "ja": "記録に残る注記"},
    "inspect_warnings": {"en": "Remarks", "ja": "備考"},
    "reader_plug_in": {"en": "a plug-in is installed for its ending", "ja": "この拡張子用のプラグインがあるため"},
    "reader_picture": {"en": "a picture, still or moving", "ja": "画像(静止画または動く画像)のため"},
    "reader_asked": {
        "en": "asked for by the setting decoder; every keyframe of this file is proven",
        "ja": "設定 decoder の指定による(このファイルのキーフレームはすべて検証済み)",
    },
    "reader_proven": {
        "en": "it leads; decord would read this file exactly too (every keyframe is proven)",
        "ja": "既定の読み込み方法(キーフレームがすべて検証済みのため、decord でも正確に読み込めます)",
    },
    "reader_alone": {
        "en": "decord is not proven to read this file exactly ({reason})",
        "ja": "decord ではこのファイルを正確に読み込める保証がないため({reason})",
    },
    "checking_videos": {"en": "Checking videos", "ja": "動画を確認中"},
    "checked_videos": {
        "en": "{good} good, {odd} to look at, {bad} that cannot be rated",
        "ja": "問題なし {good} 件、要確認 {odd} 件、評価できないもの {bad} 件",
    },
    "col_state": {"en": "State", "ja": "状態"},
    "video_odd": {"en": "look", "ja": "要確認"},
    "video_bad": {"en": "bad", "ja": "不可"},
}
