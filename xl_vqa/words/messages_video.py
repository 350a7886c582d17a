"""What people read about videos whose pictures need a word, in English and Japanese. Standard library only."""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "video_timed_out": {
        "en": "Reading {path} was given up after {count} s without progress. Check that its drive can be "
        "reached and copy the file to this computer, or allow more time (video_timeout_s in the settings).",
        "ja": "{path} の読み込みが {count} 秒間進まなかったため、中止しました。ドライブに接続できることを確認"
        "してファイルをこのコンピューターにコピーするか、設定の video_timeout_s で待ち時間を延ばしてください。",
    },
    "video_crashed_reader": {
        "en": "The video {path} cannot be read: {problem}. Convert it to H.264 .mp4, or ask for it again with "
        "--refresh.",
        "ja": "動画 {path} を読み込めません: {problem}。H.264 の .mp4 に変換するか、--refresh を付けて再実行して"
        "ください。",
    },
    "warning_interlaced": {
        "en": "The video is interlaced. It was rated with both fields woven into one picture, so moving edges are "
        "combed; deinterlace it first if people will see it deinterlaced.",
        "ja": "インターレース映像です。2 つのフィールドを 1 枚に合わせて評価したため、動く輪郭に櫛状の縞が"
        "含まれます。視聴時にデインターレースされる場合は、先に変換してください。",
    },
    "check_short": {
        "en": "It is only {seconds} s long.",
        "ja": "長さが {seconds} 秒しかありません。",
    },
    "check_damaged": {
        "en": "It is damaged: the first picture that cannot be decoded cleanly comes after {seconds} s.",
        "ja": "破損しています。{seconds} 秒の位置から正しくデコードできない映像があります。",
    },
    "check_missing": {
        "en": "{count} of its {total} pictures cannot be decoded.",
        "ja": "{total} フレーム中 {count} フレームをデコードできません。",
    },
    "check_size": {
        "en": "Its pictures are {value}; most others have {usual}.",
        "ja": "画面サイズが {value} です(多くは {usual})。",
    },
    "check_rate": {
        "en": "It has {value} frames a second; most others have {usual}.",
        "ja": "フレームレートが毎秒 {value} です(多くは {usual})。",
    },
    "check_codec": {
        "en": "It is coded as {value}; most others as {usual}.",
        "ja": "コーデックが {value} です(多くは {usual})。",
    },
    "check_length": {
        "en": "It is {value} s long; the middle of all is {usual} s.",
        "ja": "長さが {value} 秒です(全体の中央値は {usual} 秒)。",
    },
    "check_double": {
        "en": "It is the same file as {other}.",
        "ja": "{other} と同じ内容のファイルです。",
    },
    "warning_hdr": {
        "en": "The video is HDR. It was rated as an ordinary (SDR) screen shows it, by tone mapping.",
        "ja": "HDR 映像です。トーンマッピングにより、通常の(SDR)画面での見え方に変換して評価しました。",
    },
}
