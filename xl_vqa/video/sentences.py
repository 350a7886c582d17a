"""What people read of videos and their pictures: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "video_error": {
        "en": "The video {path} cannot be rated: {problem}.",
        "ja": "動画 {path} を評価できません: {problem}。",
    },
    "video_not_found": {
        "en": "There is no file at {path}. Check the path and whether the drive is connected.",
        "ja": "ファイル {path} が見つかりません。パスとドライブの接続をご確認ください。",
    },
    "video_address": {
        "en": "{path} is a web address. Download the video and give the path of the file.",
        "ja": "{path} は Web アドレスです。動画をダウンロードし、ファイルのパスを指定してください。",
    },
    "video_access": {
        "en": "The file {path} cannot be opened: {problem}. Check its permissions and whether another program "
        "holds it.",
        "ja": "ファイル {path} を開けません: {problem}。アクセス権と、他のプログラムで使用中でないか"
        "ご確認ください。",
    },
    "video_empty": {
        "en": "The file {path} is empty (0 bytes). Copy or export the video again.",
        "ja": "ファイル {path} は空(0 バイト)です。動画をコピーまたは書き出しし直してください。",
    },
    "not_a_video": {
        "en": "The file {path} is not a video ({problem}). Choose a video file such as .mp4, .mov or .webm.",
        "ja": "ファイル {path} は動画ではありません({problem})。.mp4、.mov、.webm などの動画ファイルを"
        "指定してください。",
    },
    "no_video_stream": {
        "en": "The file {path} holds sound but no picture. Choose the file that contains the video.",
        "ja": "ファイル {path} には音声だけで映像がありません。映像を含むファイルを指定してください。",
    },
    "video_truncated": {
        "en": "The video {path} is cut off or damaged: {problem}. Copy it again from its source.",
        "ja": "動画 {path} は途中で切れているか破損しています: {problem}。元のファイルからコピーし直して"
        "ください。",
    },
    "video_unreadable": {
        "en": "The video {path} cannot be decoded: {problem}. Converting it to H.264 .mp4 usually helps.",
        "ja": "動画 {path} をデコードできません: {problem}。H.264 の .mp4 に変換すると多くの場合読み込めます。",
    },
    "video_too_large": {
        "en": "The picture of {path} is too large: {problem}. Scale the video down and try again.",
        "ja": "動画 {path} の画面サイズが大きすぎます: {problem}。縮小してからもう一度お試しください。",
    },
    "video_changing": {
        "en": "The video {path} was being written while it was read. Wait until the copy or recording has "
        "finished and try again.",
        "ja": "動画 {path} は読み込み中に書き換えられました。コピーまたは録画が終わってから、もう一度お試し"
        "ください。",
    },
    "warning_frozen": {
        "en": "The picture does not change during the video.",
        "ja": "動画の間、映像が変化していません。",
    },
    "warning_black": {
        "en": "The picture is black throughout.",
        "ja": "映像が最初から最後まで真っ黒です。",
    },
    "warning_single_frame": {
        "en": "The video has a single frame, so motion could not be judged.",
        "ja": "動画が 1 フレームしかないため、動きは評価できません。",
    },
    "warning_truncated": {
        "en": "The end of the video could not be read; the rating covers the part before.",
        "ja": "動画の終わりを読み込めませんでした。評価はその前の部分に基づきます。",
    },
    "warning_damaged": {
        "en": "Some pictures of the video could not be read, or not whole; the rating is based on what could be "
        "read.",
        "ja": "一部の映像を読み込めないか、映像の一部が壊れていました。評価は読み込めた映像に基づきます。",
    },
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
    "warning_numbers_missing": {
        "en": "Numbers are missing among the pictures ({missing}); the video is rated as if there were no gap. "
        "Add the missing pictures, or ignore this if they were left out on purpose.",
        "ja": "連番画像に欠番があります({missing})。間を詰めて評価します。欠けた画像を補うか、意図的であれば"
        "そのままで構いません。",
    },
    "warning_interlaced": {
        "en": "The video is interlaced. It is rated with both fields woven into one picture, so moving edges are "
        "combed; deinterlace it first if people will see it deinterlaced.",
        "ja": "インターレース映像です。2 つのフィールドを 1 枚に合わせて評価するため、動く輪郭に櫛状の縞が"
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
        "en": "The video is HDR. It is rated as an ordinary (SDR) screen shows it, by tone mapping.",
        "ja": "HDR 映像です。トーンマッピングにより、通常の(SDR)画面での見え方に変換して評価します。",
    },
}

_PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "problem_heic": {
        "en": "it is a HEIC picture, for which the package pi-heif is missing: pip install 'xl_vqa[heic]', or "
        "save the picture as JPEG or PNG",
        "ja": "HEIC 形式の画像で、読み込みにはパッケージ pi-heif が必要です。"
        "pip install 'xl_vqa[heic]' を実行するか、JPEG または PNG で保存し直してください",
    },
    "problem_still_image": {
        "en": "it is a picture that is damaged or of a kind that cannot be read here",
        "ja": "破損しているか、ここでは読み込めない形式の画像です",
    },
    "problem_text": {"en": "it is a text file", "ja": "テキストファイルです"},
    "problem_office": {
        "en": "it is an Office document or another zip archive",
        "ja": "Office 文書または ZIP ファイルです",
    },
    "problem_old_office": {"en": "it is an older Office document", "ja": "旧形式の Office 文書です"},
    "problem_pdf": {"en": "it is a PDF document", "ja": "PDF 文書です"},
    "problem_archive": {"en": "it is a compressed archive", "ja": "圧縮ファイルです"},
    "problem_program": {"en": "it is a program", "ja": "プログラムファイルです"},
    "problem_playlist": {
        "en": "it is a playlist that only points at other files",
        "ja": "他のファイルを参照するプレイリストです",
    },
    "problem_raw": {
        "en": "it is raw video, which does not say how large its pictures are; convert it, giving the size, for "
        "example: ffmpeg -f rawvideo -video_size 1920x1080 -framerate 30 -i IN.yuv OUT.y4m",
        "ja": "画面サイズの情報がない RAW 動画です。サイズを指定して変換してください。例: ffmpeg -f rawvideo "
        "-video_size 1920x1080 -framerate 30 -i 入力.yuv 出力.y4m",
    },
    "problem_unknown_format": {
        "en": "its content is in no video format that is known here",
        "ja": "対応している動画形式ではありません",
    },
    "problem_no_index": {
        "en": "the list of its pictures is missing, as when a recording or a copy was not finished",
        "ja": "映像の索引がありません(録画またはコピーが完了していない可能性があります)",
    },
    "problem_zeros": {
        "en": "it contains only zeros, as when a copy was not finished",
        "ja": "中身がすべてゼロです(コピーが完了していない可能性があります)",
    },
    "problem_no_pictures": {
        "en": "not a single picture could be read from it",
        "ja": "映像を 1 枚も読み取れません",
    },
    "problem_header": {"en": "its beginning is damaged", "ja": "ファイルの先頭部分が破損しています"},
    "problem_codec": {
        "en": "there is no decoder for its format ({detail})",
        "ja": "形式({detail})のデコーダーがありません",
    },
    "problem_protected": {"en": "it is copy-protected", "ja": "コピー防止で保護されています"},
    "problem_decoder": {
        "en": "its pictures cannot be decoded ({detail})",
        "ja": "映像をデコードできません({detail})",
    },
    "problem_reader_signal": {
        "en": "it crashed the program that reads it ({signal})",
        "ja": "読み込み用のプログラムが異常終了しました({signal})",
    },
    "problem_reader_gone": {
        "en": "the program that reads it was ended {times} times",
        "ja": "読み込み用のプログラムが {times} 回終了しました",
    },
    "problem_reader_answer": {
        "en": "the program that reads it gave no proper answer",
        "ja": "読み込み用のプログラムから正しい応答がありませんでした",
    },
    "problem_picture_size": {
        "en": "its picture has {width} x {height} pixels ({megapixels} million), and at most {limit} million can "
        "be read",
        "ja": "画面サイズが {width} x {height}({megapixels} メガピクセル)で、上限の {limit} メガピクセルを"
        "超えています",
    },
    "problem_frames_memory": {
        "en": "{count} frames of {width} x {height} pixels need {needed} MiB of memory, and {limit} MiB are "
        "allowed",
        "ja": "{width} x {height} のフレーム {count} 枚に {needed} MiB のメモリが必要で、上限の {limit} MiB を"
        "超えています",
    },
}

# how a video was read: a record's notes, each a ``Reason``
_NOTES: Final[dict[str, dict[str, str]]] = {
    "note_read_at": {"en": "read at {width} x {height}", "ja": "読み込みサイズ {width} x {height}"},
    "note_cropped": {
        "en": "cropped as the container says: {top} rows above, {bottom} below, {left} columns left, "
        "{right} right",
        "ja": "コンテナーの指定により切り取り: 上 {top} 行、下 {bottom} 行、左 {left} 列、右 {right} 列",
    },
    "note_rotated": {"en": "rotated by {degrees} degrees", "ja": "{degrees} 度回転"},
    "note_mirrored": {"en": "mirrored", "ja": "左右反転"},
    "note_variable_rate": {"en": "variable frame rate", "ja": "可変フレームレート"},
    "note_hidden": {
        "en": "frames hidden by an edit list: {count}",
        "ja": "エディットリストで非表示のフレーム: {count}",
    },
    "note_undecodable": {
        "en": "frames before the first keyframe left out: {count}",
        "ja": "最初のキーフレームより前の除外フレーム: {count}",
    },
    "note_lost": {
        "en": "pictures lost where the file is damaged: about {count}",
        "ja": "ファイルの破損により失われた映像: 約 {count} フレーム",
    },
    "note_fields": {"en": "coded as fields", "ja": "フィールド単位の符号化"},
    "note_clock_restarts": {"en": "the file's clock restarts", "ja": "ファイルのタイムスタンプが途中で再開"},
    "note_pixel_aspect": {
        "en": "pixels {aspect} times as wide as high",
        "ja": "ピクセル縦横比 {aspect}(高さ 1 に対する幅)",
    },
    "note_woven": {
        "en": "interlaced: fields woven, not deinterlaced",
        "ja": "インターレース: フィールドを合成(デインターレースなし)",
    },
    "note_tone_mapped": {"en": "HDR tone-mapped to BT.709", "ja": "HDR を BT.709 にトーンマッピング"},
    "note_point_samples": {
        "en": "{count} frames around each pair seen as point samples",
        "ja": "各フレーム対の前後 {count} フレームを点サンプルで使用",
    },
    "note_matrix": {
        "en": "colour matrix '{name}' shown as players do",
        "ja": "色マトリックス「{name}」を一般的なプレーヤーと同じ方法で表示",
    },
    "note_alpha_ignored": {"en": "transparency ignored", "ja": "透明度は無視"},
    "note_on_white": {"en": "transparent parts shown on white", "ja": "透明部分は白背景で表示"},
    "note_plug_in": {"en": "read by the plug-in {name}", "ja": "プラグイン {name} で読み込み"},
    "note_rate_assumed": {"en": "{rate} pictures a second assumed", "ja": "毎秒 {rate} 枚と仮定"},
    "several_series": {
        "en": "the folder holds several series of pictures; name one of them, such as {named}",
        "ja": "フォルダーに連番画像が複数組あります。{named} のように 1 組を指定してください",
    },
    "note_pictures_left_out": {
        "en": "{count} pictures that are none of the series left out",
        "ja": "連番ではない画像 {count} 枚を除外",
    },
    "note_numbers_missing": {
        "en": "numbered pictures missing: {missing}",
        "ja": "連番画像の欠番: {missing}",
    },
    "note_sizes_differ": {
        "en": "pictures of another size scaled to the first one's",
        "ja": "サイズの異なる画像を最初の画像のサイズに拡大縮小",
    },
    "note_not_decord": {"en": "not decord: {why}", "ja": "decord を使わない理由: {why}"},
    "decord_container": {"en": "container", "ja": "コンテナー形式"},
    "decord_codec": {"en": "codec {codec}", "ja": "コーデック {codec}"},
    "decord_pixel_format": {"en": "pixel format {format}", "ja": "画素形式 {format}"},
    "decord_odd_size": {"en": "odd size", "ja": "奇数の画面サイズ"},
    "decord_rotated": {"en": "rotated picture", "ja": "回転した画面"},
    "decord_colour": {"en": "colour space", "ja": "色空間"},
    "decord_no_times": {"en": "no usable times", "ja": "使用できる時刻情報がない"},
    "decord_hidden": {"en": "hidden frames", "ja": "非表示のフレーム"},
    "decord_cut_off": {"en": "cut off or damaged", "ja": "途中で切れた、または破損したファイル"},
    "decord_tracks": {"en": "several picture tracks", "ja": "複数の映像トラック"},
    "decord_header_count": {
        "en": "frame count differs from the header's",
        "ja": "フレーム数がヘッダーと一致しない",
    },
    "decord_path": {"en": "letters of the path", "ja": "パスの文字"},
    "decord_long_path": {"en": "long path", "ja": "長いパス"},
    "decord_missing": {"en": "not installed", "ja": "未インストール"},
    "decord_open_groups": {"en": "open groups of pictures", "ja": "オープン GOP"},
    "decord_gradual_refresh": {"en": "gradual refresh", "ja": "漸次リフレッシュ"},
    "decord_false_keyframe": {
        "en": "a keyframe that is none",
        "ja": "デコードを開始できないキーフレーム",
    },
    "decord_columns": {"en": "columns cut off on the left", "ja": "左端の切り取り"},
    "decord_counts": {
        "en": "decord counts {count} frames, the index {expected}",
        "ja": "decord では {count} フレーム、索引では {expected} フレーム",
    },
    "decord_times": {"en": "decord's times are not the index's", "ja": "decord の時刻が索引と一致しない"},
    "decord_shape": {
        "en": "decord returned a picture of shape {shape}",
        "ja": "decord の画像の形状が {shape}",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {**_PROBLEMS, **_NOTES}
