"""What can be wrong with the settings and the models, as phrases for :mod:`xl_vqa.words.problems`.

Each stands inside an error's sentence or beside others of its kind; fields such as ``{name}`` come with it.
Standard library only.
"""

from __future__ import annotations

from typing import Final

_NOT: Final = {"en": ", not {value}", "ja": "(現在の値: {value})"}


def _setting(en: str, ja: str) -> dict[str, str]:
    """What a setting must be, and what it is."""
    return {"en": "{name} must " + en + _NOT["en"], "ja": "{name} には" + ja + "を指定してください" + _NOT["ja"]}


SETTINGS_PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "problem_unknown_key": {
        "en": "{file} has an unknown key '{name}'",
        "ja": "{file} に不明なキー「{name}」があります",
    },
    "problem_unknown_key_near": {
        "en": "{file} has an unknown key '{name}' (did you mean {near}?)",
        "ja": "{file} に不明なキー「{name}」があります({near} の誤りではありませんか)",
    },
    "problem_unknown_variable": {
        "en": "the environment has {name}, which is no setting (did you mean {near}?)",
        "ja": "環境変数 {name} は設定にありません({near} の誤りではありませんか)",
    },
    "problem_profile_keys": {
        "en": "a profile cannot set {names}; it can set {known}",
        "ja": "プロファイルでは {names} を設定できません。設定できるもの: {known}",
    },
    "problem_profile_keys_near": {
        "en": "a profile cannot set {names} (did you mean {near}?); it can set {known}",
        "ja": "プロファイルでは {names} を設定できません({near} の誤りではありませんか)。設定できるもの: {known}",
    },
    "problem_one_of": _setting("be one of {choices}", " {choices} のいずれか"),
    "problem_text_value": _setting("be text in quotes", "引用符で囲んだ文字列"),
    "problem_whole_number": _setting("be a whole number", "整数"),
    "problem_number": _setting("be a number", "数値"),
    "problem_true_or_false": _setting("be true or false", " true または false "),
    "problem_numbers": _setting("hold numbers", "数値の並び"),
    "problem_folder_value": _setting("be a folder", "フォルダー"),
    "problem_at_least": _setting("be {lowest} or more", " {lowest} 以上の値"),
    "problem_none_or": _setting("be 0, or {lowest} or more", " 0 または {lowest} 以上の値"),
    "problem_above": _setting("be more than {lowest}", " {lowest} より大きい値"),
    "problem_within": _setting("lie in {lowest}..{highest}", " {lowest}~{highest} の値"),
    "problem_even_number": _setting("be an even number of 2 or more", " 2 以上の偶数"),
    "problem_four_bands": _setting(
        "be four numbers that rise within the scale", "尺度の範囲内で小さい順に並べた 4 つの数値"
    ),
    "problem_empty_value": {"en": "{name} must not be empty", "ja": "{name} を空にすることはできません"},
    "problem_toml": {
        "en": "line {line} is not as TOML wants it: name = value, and text in quotes",
        "ja": "{line} 行目が TOML の書式になっていません。「名前 = 値」の形で、文字列は引用符で囲んでください",
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
    "problem_variable_wins": {
        "en": "the environment variable {name} would win over it; remove the variable first",
        "ja": "環境変数 {name} の値が優先されます。先に環境変数を削除してください",
    },
    "problem_device": {
        "en": "device '{value}' cannot be used here ({detail}); choose auto or cpu",
        "ja": "デバイス「{value}」はここでは使用できません({detail})。auto または cpu を指定してください",
    },
    "problem_device_meta": {
        "en": "device 'meta' holds no numbers; choose auto or cpu",
        "ja": "デバイス「meta」では計算できません。auto または cpu を指定してください",
    },
}

FOLDER_PROBLEMS: Final[dict[str, dict[str, str]]] = {
    "problem_no_config": {
        "en": "the folder has no config.json, so it holds no model",
        "ja": "フォルダーに config.json がなく、モデルが入っていません",
    },
    "problem_model_is_file": {
        "en": "this is a file; name the folder that holds the model",
        "ja": "ファイルが指定されています。モデルの入ったフォルダーを指定してください",
    },
    "problem_file_missing": {"en": "{file} is missing", "ja": "{file} がありません"},
    "problem_weights_missing": {
        "en": "{count} of {total} weight files are missing, first {file}",
        "ja": "重みファイル {total} 個のうち {count} 個がありません(最初は {file})",
    },
    "problem_no_safetensors": {
        "en": "it has no weights in safetensors files",
        "ja": "safetensors 形式の重みがありません",
    },
    "problem_file_unreadable": {
        "en": "{file} cannot be read ({detail})",
        "ja": "{file} を読み込めません({detail})",
    },
    "problem_not_here": {
        "en": "it is not on this machine, and the model hub may not be asked (offline)",
        "ja": "このコンピューターになく、オフライン設定のためモデルハブに問い合わせできません",
    },
    "problem_partly_here": {
        "en": "only a part of it is on this machine, and the model hub may not be asked (offline)",
        "ja": "一部しかこのコンピューターになく、オフライン設定のためモデルハブに問い合わせできません",
    },
    "problem_not_here_yet": {
        "en": "it is not on this machine yet; it is downloaded with the first rating",
        "ja": "まだこのコンピューターにありません。最初の評価のときにダウンロードします",
    },
    "problem_hub_refused": {
        "en": "there is no such folder, and the model hub could not provide it ({detail})",
        "ja": "フォルダーがなく、モデルハブからも取得できませんでした({detail})",
    },
    "problem_hub_incomplete": {
        "en": "{file} is missing, and the model hub could not provide it",
        "ja": "{file} がなく、モデルハブからも取得できませんでした",
    },
    "problem_no_adapter_folder": {
        "en": "there is no such adapter folder",
        "ja": "アダプターのフォルダーがありません",
    },
    "problem_adapter_kind": {
        "en": "it is an adapter of kind {kind}, not LORA",
        "ja": "アダプターの種類が {kind} で、LORA ではありません",
    },
    "problem_adapter_base": {
        "en": "it does not say which model it was made for; name it (--model)",
        "ja": "どのモデル用のアダプターか記載がありません。--model で指定してください",
    },
    "problem_not_installed": {
        "en": "it is missing from this installation; install xl_vqa again",
        "ja": "インストール内容に含まれていません。xl_vqa を再インストールしてください",
    },
    "problem_no_such_name": {
        "en": "no model was added under this name. There are: {known}",
        "ja": "この名前で登録されたモデルはありません。登録済み: {known}",
    },
    "problem_no_such_name_near": {
        "en": "no model was added under this name; did you mean {near}? There are: {known}",
        "ja": "この名前で登録されたモデルはありません({near} の誤りではありませんか)。登録済み: {known}",
    },
    "problem_name_taken": {
        "en": "the name '{name}' is taken by {folder}; give this one another (--name)",
        "ja": "名前「{name}」は {folder} が使用しています。--name で別の名前を指定してください",
    },
    "problem_starter_stays": {
        "en": "the starter cannot be removed",
        "ja": "starter は削除できません",
    },
    "problem_serves": {
        "en": "{name} serves now; activate another first",
        "ja": "{name} は現在使用中です。先に別のモデルを使用してください",
    },
}
