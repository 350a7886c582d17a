"""What people read of the list of models: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "model_entry": {
        "en": "The list of models stays as it was ({path}): {problem}.",
        "ja": "モデルの一覧は変更していません({path}): {problem}。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "registry_format": {
        "en": "its format {format} is not known to this version",
        "ja": "形式 {format} は、このバージョンでは読み込めません",
    },
    "problem_no_model_folder": {
        "en": "there is no such folder, and no model of the hub is called so that could be used here "
        "(such as Qwen/Qwen2.5-VL-7B-Instruct)",
        "ja": "フォルダーがなく、使用できるハブのモデル名(Qwen/Qwen2.5-VL-7B-Instruct など)でもありません",
    },
    "problem_model_is_a_file": {
        "en": "it is a file, and a model is a folder; unpack an archive first and give the folder with its "
        "config.json or adapter_config.json",
        "ja": "ファイルが指定されていますが、モデルはフォルダーです。圧縮ファイルは先に展開し、config.json または "
        "adapter_config.json のあるフォルダーを指定してください",
    },
    "problem_variable_wins": {
        "en": "the environment variable {name} would win over it; remove the variable first",
        "ja": "環境変数 {name} の値が優先されます。先に環境変数を削除してください",
    },
    "problem_adapter_base": {
        "en": "it does not say which model it was made for; name it (--model)",
        "ja": "どのモデル用のアダプターか記載がありません。--model で指定してください",
    },
    "problem_base_not_fetched": {
        "en": "{why}. The adapter was made for it: fetch it with xl-vqa models pull {base}, or name a copy "
        "on this machine with xl-vqa models add {adapter} --model FOLDER",
        "ja": "{why}。アダプターの使用にはこのモデルが必要です。xl-vqa models pull {base} で取得するか、"
        "このコンピューターにあるコピーを xl-vqa models add {adapter} --model フォルダー で指定してください",
    },
    "problem_base_elsewhere": {
        "en": "{why}. The adapter was made for it: name where it lies now with xl-vqa models add {adapter} "
        "--model FOLDER, or fetch a model of the hub (xl-vqa models pull NAME) and name that",
        "ja": "{why}。アダプターの使用にはこのモデルが必要です。現在の場所を xl-vqa models add {adapter} "
        "--model フォルダー で指定するか、ハブのモデルなら xl-vqa models pull 名前 で取得し、その名前を "
        "--model に指定してください",
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
    "problem_not_a_hub_name": {
        "en": "only a model of a hub can be fetched, by a name such as Qwen/Qwen2.5-VL-7B-Instruct (or with "
        "@revision behind it); a folder on this machine needs no fetching",
        "ja": "取得できるのは、Qwen/Qwen2.5-VL-7B-Instruct のようなハブのモデル名(末尾に @revision を付けた形も可)"
        "だけです。ローカルフォルダーのモデルは取得する必要がありません",
    },
    "problem_hub_moved": {
        "en": "the model was changed at the hub while it was being fetched; try again, or name one revision "
        "(owner/name@revision)",
        "ja": "取得中にハブのモデルが更新されました。もう一度実行するか、リビジョンを指定してください"
        "(owner/name@revision)",
    },
    "problem_no_disk_room": {
        "en": "{needed} GiB are needed in {folder}, and {free} GiB are free; make room, or set HF_HOME to a "
        "folder on another drive",
        "ja": "{folder} に {needed} GiB 必要ですが、空きは {free} GiB です。空きを確保するか、HF_HOME で別の"
        "ドライブのフォルダーを指定してください",
    },
    "problem_checksum": {
        "en": "{file} is not what the hub states (checksum {found}..., stated {stated}...); it was removed. Fetch "
        "it again",
        "ja": "{file} の内容がハブの記載と一致しません(チェックサム {found}...、記載は {stated}...)。ファイルは"
        "削除しました。もう一度取得してください",
    },
    "problem_serves": {
        "en": "{name} serves now; activate another first",
        "ja": "{name} は現在使用中です。先に別のモデルを使用してください",
    },
    "problem_starter_name": {
        "en": "the starter keeps its name; say what to call the new model (--name)",
        "ja": "starter の名前は変更できません。--name で新しいモデルの名前を指定してください",
    },
    "problem_nothing_to_follow": {
        "en": "formulas follow {name} already: no version came after the one whose scores they show",
        "ja": "数式はすでに {name} の使用中の版に従っています(その後に切り替えた版はありません)",
    },
    "problem_no_way_back": {
        "en": "no promotion of {name} is there to go back from",
        "ja": "{name} には元に戻せる昇格がありません",
    },
    "problem_serves_unnamed": {
        "en": "the model that serves has no name; say which one is meant",
        "ja": "使用中のモデルに名前がありません。対象の名前を指定してください",
    },
}
