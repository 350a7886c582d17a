"""What people read of settings, scales, labels, paths and files: for ``xl_vqa.words.catalogue``.

Also what more than one room says. Standard library only.
"""

from __future__ import annotations

from typing import Final

_NOT: Final = {"en": ", not {value}", "ja": "(指定値: {value})"}


def _setting(en: str, ja: str) -> dict[str, str]:
    """What a setting must be, and what it is."""
    return {"en": "{name} must " + en + _NOT["en"], "ja": "{name} には" + ja + "を指定してください" + _NOT["ja"]}


SENTENCES: Final[dict[str, dict[str, str]]] = {
    "error": {
        "en": "Something went wrong: {problem}.",
        "ja": "エラーが発生しました: {problem}。",
    },
    "input_error": {
        "en": "The input cannot be used: {problem}.",
        "ja": "入力を使用できません: {problem}。",
    },
    "scale_error": {
        "en": "The score scale does not fit: {problem}.",
        "ja": "スコアの尺度に問題があります: {problem}。",
    },
    "distribution_error": {
        "en": "The model's answer is not a label distribution: {problem}.",
        "ja": "モデルの出力がラベル分布になっていません: {problem}。",
    },
    "settings_not_written": {
        "en": "{source} cannot be written: {problem}. The settings are as they were.",
        "ja": "{source} に書き込めません: {problem}。設定は変更されていません。",
    },
    "settings_error": {
        "en": "The settings cannot be used ({source}): {problem}. Correct them and try again.",
        "ja": "設定を使用できません({source}): {problem}。設定を修正してから、もう一度お試しください。",
    },
    "no_videos_in_folder": {
        "en": "The folder {path} contains no video. Choose another folder, or name the file itself.",
        "ja": "フォルダー {path} に動画がありません。別のフォルダーか、ファイルを直接指定してください。",
    },
    "folder_of_pictures": {
        "en": "The folder {path} holds pictures and no video. Where they are the frames of one video, write "
        "{named}; behind the @ stands how many there are per second.",
        "ja": "フォルダー {path} には動画がなく、画像があります。1 本の動画のフレームであれば、{named} と"
        "指定してください(@ の後は 1 秒あたりの枚数です)。",
    },
    "list_as_video": {
        "en": "{path} is no video: {problem}.",
        "ja": "{path} は動画ではありません: {problem}。",
    },
    "picture_rate": {
        "en": "{path} names pictures as one video, but '{rate}' is no number of pictures per second. Write a "
        "number above 0 behind the @, such as {named} or 23.976.",
        "ja": "{path} は画像を 1 本の動画として指定していますが、「{rate}」は 1 秒あたりの枚数ではありません。"
        "@ の後に 0 より大きい数を {named} や 23.976 のように半角で指定してください。",
    },
    "no_videos_match": {
        "en": "No file matches {path}. Check the pattern and the folder.",
        "ja": "{path} に一致するファイルがありません。パターンとフォルダーをご確認ください。",
    },
    "video_list": {
        "en": "The list of videos {path} cannot be read: {problem}. Name another: a text file with one video a "
        "line (@list.txt), or a table (--from list.csv).",
        "ja": "動画のリスト {path} を読み込めません: {problem}。1 行に 1 本の動画を書いたテキストファイル"
        "(@list.txt)か、表(--from list.csv)を指定してください。",
    },
    "no_video_path": {
        "en": "This row names no video. Enter the path of a video file.",
        "ja": "動画のパスが入力されていません。動画ファイルのパスを入力してください。",
    },
    "unknown_attribute": {
        "en": "There is no attribute {name}. This model knows: {known}.",
        "ja": "属性「{name}」はありません。このモデルで使える属性: {known}。",
    },
    "attribute_left_out": {
        "en": "The attribute {name} says nothing of this video: {problem}.",
        "ja": "この動画では属性「{name}」を評価できません: {problem}。",
    },
    "not_a_path": {
        "en": "{value} is no path of a video. Give the path as text.",
        "ja": "{value} は動画のパスではありません。パスを文字列で指定してください。",
    },
    "not_a_text": {
        "en": "The text beside {path} is {value}, which is no text. Give the prompt as text, or nothing.",
        "ja": "{path} に添えられた {value} はテキストではありません。プロンプトを文字列で指定するか、"
        "省略してください。",
    },
    "output_format": {
        "en": "{path} does not end as what is written into it does. Choose a file name that ends in {suffixes}.",
        "ja": "{path} の拡張子が、書き込む形式と合いません。末尾が {suffixes} のファイル名を指定してください。",
    },
    "output_not_writable": {
        "en": "The result cannot be written to {path}: {problem}. Choose another place with -o.",
        "ja": "結果を {path} に書き込めません: {problem}。-o で別の保存先を指定してください。",
    },
    "package_missing": {
        "en": "This needs the package {package}, which is missing or broken. Type: {command} (then try again).",
        "ja": "この機能に必要なパッケージ {package} がないか、壊れています。次のコマンドを実行してください: "
        "{command} (その後、もう一度お試しください)。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    # of anything
    "says": {"en": "{what}: {why}", "ja": "{what}: {why}"},
    "problem_missing": {"en": "{name} is missing", "ja": "{name} がありません"},
    "problem_folder": {"en": "it is a folder", "ja": "フォルダーです"},
    "problem_no_pictures_there": {"en": "it is a folder without pictures", "ja": "画像のないフォルダーです"},
    "problem_not_a_file": {"en": "it is a device or a pipe, not a file", "ja": "通常のファイルではありません"},
    "problem_no_permission": {"en": "you have no permission to read it", "ja": "読み取り権限がありません"},
    "problem_cannot_open": {
        "en": "it cannot be opened there; check the folder and its permissions",
        "ja": "開くことができません。フォルダーとその権限をご確認ください",
    },
    "office_too_slow": {
        "en": "LibreOffice had not finished after {seconds} seconds",
        "ja": "LibreOffice の処理が {seconds} 秒以内に終わりませんでした",
    },
    "problem_locked": {"en": "another program has locked it", "ja": "他のプログラムがロックしています"},
    "problem_path_too_long": {"en": "its path is too long for this system", "ja": "パスが長すぎます"},
    "problem_drive": {
        "en": "the drive or network reported an error ({detail})",
        "ja": "ドライブまたはネットワークでエラーが発生しました({detail})",
    },
    "problem_system": {
        "en": "the system reported an error ({detail})",
        "ja": "システムがエラーを報告しました({detail})",
    },
    "network_refused": {
        "en": "nothing answers there (connection refused)",
        "ja": "接続先で応答するプログラムがありません(接続拒否)",
    },
    "network_silent": {"en": "no answer came in time", "ja": "時間内に応答がありません"},
    "network_unreachable": {"en": "no network leads there", "ja": "ネットワークから到達できません"},
    "network_no_such_name": {
        "en": "no machine of this name is known",
        "ja": "その名前の端末が見つかりません",
    },
    "network_cut": {"en": "the connection was cut", "ja": "接続が切断されました"},
    "network_no_tls": {
        "en": "no secure connection (TLS) came about ({detail})",
        "ja": "安全な接続(TLS)を確立できません({detail})",
    },
    "network_plain": {
        "en": "what answers there speaks no secure connection (TLS); check the port, and whether https is right",
        "ja": "接続先が安全な接続(TLS)に対応していません。ポート番号と、https でよいかどうかをご確認ください",
    },
    "network_not_ours": {
        "en": "this machine has no such address",
        "ja": "この端末にはそのアドレスがありません",
    },
    "network_port_used": {
        "en": "the port is used by another program",
        "ja": "ポートが他のプログラムで使用されています",
    },
    "network_forbidden": {
        "en": "this machine does not allow it (permissions or firewall)",
        "ja": "この端末で許可されていません(権限またはファイアウォール)",
    },
    "network_too_many": {
        "en": "too many files and connections are open",
        "ja": "開いているファイルと接続が多すぎます",
    },
    "problem_out_of_memory": {"en": "there was not enough memory", "ja": "メモリが不足しています"},
    "problem_disk_full": {
        "en": "there is no room left on the drive (disk full, quota, or the largest size of a file)",
        "ja": "ドライブの空き容量が足りません(容量不足、割り当て制限、またはファイルサイズの上限)",
    },
    "problem_read_only_drive": {"en": "the drive is read-only", "ja": "ドライブが読み取り専用です"},
    "problem_no_write_permission": {
        "en": "you have no permission to write there",
        "ja": "書き込み権限がありません",
    },
    "problem_file_for_folder": {
        "en": "a file stands where a folder is needed",
        "ja": "フォルダーが必要な場所に同名のファイルがあります",
    },
    "problem_link_circle": {"en": "the link leads back to itself", "ja": "リンクが循環しています"},
    "problem_name_characters": {
        "en": "the name has characters that no file may have here",
        "ja": "ファイル名に使用できない文字が含まれています",
    },
    "problem_write_protected": {"en": "the file is write-protected", "ja": "ファイルが書き込み禁止になっています"},
    "problem_no_such_folder": {"en": "there is no such folder", "ja": "フォルダーがありません"},
    "problem_no_such_file": {"en": "there is no such file", "ja": "ファイルがありません"},
    "no_such_band": {
        "en": "no band is called {band}",
        "ja": "{band} という評価区分はありません",
    },
    "scale_not_finite": {
        "en": "{name} must be a finite number, not {value}",
        "ja": "{name} は有限の数値にしてください(指定値: {value})",
    },
    "scale_not_whole": {
        "en": "{name} must be a whole number of 0 or more, not {value}",
        "ja": "{name} は 0 以上の整数にしてください(指定値: {value})",
    },
    "scale_mos_order": {
        "en": "mos_min ({low}) must be below mos_max ({high})",
        "ja": "mos_min({low})は mos_max({high})より小さくしてください",
    },
    "scale_label_order": {
        "en": "label_min ({low}) must be below label_max ({high})",
        "ja": "label_min({low})は label_max({high})より小さくしてください",
    },
    "scale_digits": {
        "en": "label_max ({value}) must have at most four digits",
        "ja": "label_max({value})は 4 桁以内にしてください",
    },
    "label_outside": {
        "en": "label {label} is outside {low}..{high}",
        "ja": "ラベル {label} は {low}~{high} の範囲外です",
    },
    "mos_outside": {
        "en": "MOS {mos} is outside {low}..{high}",
        "ja": "MOS {mos} は {low}~{high} の範囲外です",
    },
    "unknown_field": {
        "en": "unknown field {fields}",
        "ja": "不明な項目 {fields} があります",
    },
    "bands_count": {
        "en": "four band thresholds are needed, not {count}",
        "ja": "評価区分のしきい値は 4 個必要です(指定: {count} 個)",
    },
    "bands_numbers": {
        "en": "band thresholds must be numbers",
        "ja": "評価区分のしきい値は数値にしてください",
    },
    "bands_rise": {
        "en": "band thresholds must rise: {values}",
        "ja": "評価区分のしきい値は小さい順に指定してください(指定値: {values})",
    },
    "distribution_count": {
        "en": "{count} probabilities for {labels} labels",
        "ja": "ラベル {labels} 個に対して確率が {count} 個あります",
    },
    "distribution_value": {
        "en": "a probability is negative or not a number",
        "ja": "確率に負の値または数値でない値が含まれています",
    },
    "distribution_sum": {
        "en": "probabilities sum to {total}, not 1",
        "ja": "確率の合計が {total} で、1 になっていません",
    },
    "off_digit_mass_outside": {
        "en": "off-digit mass {value} is outside 0..1",
        "ja": "ラベル外確率 {value} が 0~1 の範囲外です",
    },
    "distribution_none": {
        "en": "the model gave no label any probability",
        "ja": "どのラベルの確率も 0 です",
    },
    "coverage_outside": {
        "en": "coverage must lie between 0 and 1, not {value}",
        "ja": "coverage は 0 より大きく 1 より小さい値にしてください(指定値: {value})",
    },
    "explanation_incomplete": {
        "en": "not a complete explanation: {detail}",
        "ja": "説明の項目が不足しています({detail})",
    },
    "rating_incomplete": {
        "en": "not a complete rating: {detail}",
        "ja": "評価の項目が不足しています({detail})",
    },
    "spec_window": {
        "en": "sampling.window must be even and 0 or more, not {value}",
        "ja": "sampling.window は 0 以上の偶数にしてください(指定値: {value})",
    },
    "spec_attributes_twice": {
        "en": "two of its attributes have one name",
        "ja": "同じ名前の属性が 2 つあります",
    },
    "spec_window_canvas": {
        "en": "sampling.window and pixels.canvas go together",
        "ja": "sampling.window と pixels.canvas は一緒に指定してください",
    },
    "spec_min_pixels": {
        "en": "pixels.min_pixels must lie between 784 and pixels.max_pixels",
        "ja": "pixels.min_pixels は 784 以上、pixels.max_pixels 以下にしてください",
    },
    "spec_total_pixels": {
        "en": "pixels.total_pixels is less than min_pixels for every frame",
        "ja": "pixels.total_pixels が、全フレーム分の min_pixels を下回っています",
    },
    "spec_head": {
        "en": "head {head} is not known to this version",
        "ja": "head {head} はこのバージョンでは使用できません",
    },
    "spec_question": {
        "en": "prompt.question_with_text must contain {{text}}",
        "ja": "prompt.question_with_text には {{text}} を含めてください",
    },
    "spec_format": {
        "en": "{file} is not of format {format}",
        "ja": "{file} の形式が {format} ではありません",
    },
    "problem_unknown_key": {
        "en": "{file} has an unknown key '{name}' (misspelt, or of a newer version of xl_vqa; "
        "'xl-vqa settings unset {name}' removes it)",
        "ja": "{file} に不明なキー「{name}」があります(誤記、または新しいバージョンの xl_vqa の設定です。"
        "'xl-vqa settings unset {name}' で取り除けます)",
    },
    "problem_unknown_key_near": {
        "en": "{file} has an unknown key '{name}' (did you mean {near}? "
        "'xl-vqa settings unset {name}' removes it)",
        "ja": "{file} に不明なキー「{name}」があります({near} の誤りではありませんか。"
        "'xl-vqa settings unset {name}' で取り除けます)",
    },
    "problem_no_setting": {
        "en": "there is no setting '{name}' ('xl-vqa settings list' shows all)",
        "ja": "「{name}」という設定はありません('xl-vqa settings list' で一覧を表示できます)",
    },
    "problem_no_setting_near": {
        "en": "there is no setting '{name}' (did you mean {near}?)",
        "ja": "「{name}」という設定はありません({near} の誤りではありませんか)",
    },
    "problem_remove_by_hand": {
        "en": "'{name}' is written over several lines or as a table: remove it with a text editor",
        "ja": "「{name}」は複数行またはテーブルとして書かれているため、テキストエディターで取り除いてください",
    },
    "problem_unknown_variable": {
        "en": "the environment has {name}, which is no setting (did you mean {near}?)",
        "ja": "環境変数 {name} は設定にありません({near} の誤りではありませんか)",
    },
    "problem_one_of": _setting("be one of {choices}", " {choices} のいずれか"),
    "problem_text_value": _setting("be text in quotes", "引用符で囲んだ文字列"),
    "problem_whole_number": _setting("be a whole number", "整数"),
    "problem_number": _setting("be a number", "数値"),
    "problem_true_or_false": _setting("be true or false", " true または false "),
    "problem_numbers": _setting("hold numbers", "数値の並び"),
    "problem_folder_value": _setting("be a folder", "フォルダー"),
    "problem_at_least": _setting("be {lowest} or more", " {lowest} 以上の値"),
    "problem_none_or": _setting("be 0, or lie in {lowest}..{highest}", " 0 または {lowest}~{highest} の値"),
    "problem_above": _setting("be more than {lowest}", " {lowest} より大きい値"),
    "problem_within": _setting("lie in {lowest}..{highest}", " {lowest}~{highest} の値"),
    "problem_even_within": _setting("be an even number in {lowest}..{highest}", " {lowest}~{highest} の偶数"),
    "problem_even_number": _setting("be an even number of 2 or more", " 2 以上の偶数"),
    "problem_four_bands": _setting(
        "be four numbers that rise within the scale", "尺度の範囲内で小さい順に並べた 4 つの数値"
    ),
    "problem_database_address": {
        "en": "{name} must look like postgresql://person@host/database, without a password: that is for the file "
        "of passwords that PostgreSQL's clients read (~/.pgpass, or PGPASSFILE)",
        "ja": "{name} は postgresql://ユーザー@ホスト/データベース の形式で、"
        "パスワードを含めずに指定してください。"
        "パスワードは PostgreSQL クライアントのパスワードファイル(~/.pgpass または PGPASSFILE)に記載します",
    },
    "attribute_needs_motion": {
        "en": "it is a single picture, which has no motion",
        "ja": "1 枚の静止画で、動きがありません",
    },
    "attribute_no_answer": {
        "en": "the model's answer to it holds no label",
        "ja": "モデルの回答にラベルが含まれていません",
    },
    "problem_host_address": {
        "en": "{name} is {value} and must be an address such as https://gpu1.example:8443, with https and no path",
        "ja": "{name} が {value} になっています。https://gpu1.example:8443 のような、https で始まりパスを含まない"
        "アドレスにしてください",
    },
    "problem_cluster_address": {
        "en": "{name} is {value} and must be auto, local, or MACHINE:PORT such as 10.0.0.5:6379",
        "ja": "{name} が {value} になっています。auto、local、または 10.0.0.5:6379 のような「端末:ポート」に"
        "してください",
    },
    "problem_empty_value": {"en": "{name} must not be empty", "ja": "{name} を空にすることはできません"},
    "problem_toml": {
        "en": "line {line} is not as TOML wants it: name = value, and text in quotes",
        "ja": "{line} 行目が TOML の書式になっていません。「名前 = 値」の形で、文字列は引用符で囲んでください",
    },
    "problem_toml_twice": {
        "en": "line {line} sets once more what is set above; keep one of the two lines",
        "ja": "{line} 行目の項目は、それより前の行ですでに設定されています。どちらか一方の行だけを残してください",
    },
    "problem_toml_signs": {
        "en": "line {line} has quotes, a blank or an equals sign in another form than the plain one; type them "
        'again as " = "',
        "ja": '{line} 行目の引用符、空白、等号のいずれかが全角などの別の文字になっています。半角の " と = で'
        "入力し直してください",
    },
    "problem_toml_backslash": {
        "en": "line {line} has a backslash in double quotes, where it means something else; write / in its place, "
        "or put the path in single quotes",
        "ja": "{line} 行目の二重引用符の中に円記号(バックスラッシュ)があり、別の意味になります。/ を使うか、"
        "パスを一重引用符で囲んでください",
    },
    "problem_not_utf8": {
        "en": "it is not text in UTF-8; save it again with the encoding UTF-8",
        "ja": "UTF-8 のテキストではありません。文字コード UTF-8 で保存し直してください",
    },
    "problem_file_unreadable": {
        "en": "{file} cannot be read ({detail})",
        "ja": "{file} を読み込めません({detail})",
    },
    "content_no_json": {
        "en": "it is no JSON (line {line}, column {column})",
        "ja": "JSON として読み取れません({line} 行目の {column} 文字目)",
    },
    "content_at": {
        "en": "line {line}, column {column}",
        "ja": "{line} 行目の {column} 文字目",
    },
    "content_no_object": {
        "en": "it is no JSON object",
        "ja": "JSON オブジェクトではありません",
    },
    "content_no_text": {
        "en": "it is no text in UTF-8",
        "ja": "UTF-8 のテキストではありません",
    },
    "content_too_deep": {
        "en": "it is nested too deeply",
        "ja": "入れ子が深すぎます",
    },
    "content_number": {
        "en": "a number in it is too large",
        "ja": "大きすぎる数値があります",
    },
    "content_damaged": {"en": "it is damaged", "ja": "破損しています"},
    "content_no_xml": {
        "en": "it is no XML (line {line}, column {column})",
        "ja": "XML として読み取れません({line} 行目の {column} 文字目)",
    },
    "content_cut": {
        "en": "it is cut off",
        "ja": "途中で切れています",
    },
    "content_unknown": {
        "en": "{name} is not known to this version",
        "ja": "{name} はこのバージョンにない項目です",
    },
    "content_value": {
        "en": "{name} is of another kind or range than it must be",
        "ja": "{name} の値の種類または範囲が正しくありません",
    },
    "content_other": {
        "en": "a value in it is of another kind or range than it must be",
        "ja": "値の種類または範囲が正しくありません",
    },
    "problem_weights_damaged": {
        "en": "{file} is damaged, cut off or no file of weights ({detail}); copy or download it again",
        "ja": "{file} が破損しているか、途中までしかないか、重みのファイルではありません({detail})。もう一度"
        "コピーするか、ダウンロードし直してください",
    },
    "problem_lfs_pointer": {
        "en": "{file} is a pointer of Git LFS in place of the file; run 'git lfs pull' in that folder, or "
        "download the model again",
        "ja": "{file} はファイル本体ではなく Git LFS のポインターです。そのフォルダーで 'git lfs pull' を"
        "実行するか、モデルをダウンロードし直してください",
    },
    "problem_not_installed": {
        "en": "it is missing from this installation; install xl_vqa again",
        "ja": "インストール内容に含まれていません。xl_vqa を再インストールしてください",
    },
    "workbook_empty": {
        "en": "it is empty (0 bytes)",
        "ja": "ファイルが空(0 バイト)です",
    },
}
