"""What people read of calibrations that cannot be done: for ``xl_vqa.words.catalogue``."""

from __future__ import annotations

from typing import Final

SENTENCES: Final[dict[str, dict[str, str]]] = {
    "calibration_error": {
        "en": "The calibration cannot be done: {problem}.",
        "ja": "校正を実行できません: {problem}。",
    },
    "calibration_too_small": {
        "en": "The sheet is too small to tell: {problem}. No profile was written.",
        "ja": "シートのデータが少なすぎて判断できません: {problem}。プロファイルは作成していません。",
    },
    "calibration_no_videos": {
        "en": "None of the {count} videos named in {path} was found, looking in {source}. Give the folder of the "
        "videos with --videos-folder, or a table of the model's scores with --predictions.",
        "ja": "{path} に書かれた動画 {count} 本がいずれも見つかりません(検索先: {source})。"
        "--videos-folder で動画のフォルダーを指定するか、--predictions でモデルのスコアの表を指定してください。",
    },
}

PHRASES: Final[dict[str, dict[str, str]]] = {
    "calibration_few": {
        "en": "{videos} videos of {contents} contents have a score by people and one by the model, and at least "
        "{fewest} of {fewest_contents} are needed. Where that is not how many sources there are, "
        "--content-column or --content-by says which video is of which",
        "ja": "人の評価とモデルのスコアの両方がある動画は {videos} 本(素材 {contents} 種)ですが、"
        "{fewest} 本以上、{fewest_contents} 種以上が必要です。素材の数が実際と違う場合は、--content-column または "
        "--content-by で指定してください",
    },
    "calibration_one_content": {
        "en": "all {videos} videos are versions of one content, and how the model does on another cannot be seen "
        "from them; at least {fewest_contents} contents are needed. Where that is not how many sources there are, "
        "--content-column or --content-by says which video is of which",
        "ja": "{videos} 本すべてが 1 つの素材のバージョンであり、ほかの素材での性能がわかりません。"
        "{fewest_contents} 種以上の素材が必要です。素材の数が実際と違う場合は、--content-column または "
        "--content-by で指定してください",
    },
    "calibration_one_mos": {
        "en": "people gave all {videos} videos the same MOS {mos}, so there is nothing to tell apart",
        "ja": "人の評価が {videos} 本すべて同じ MOS {mos} のため、区別できるものがありません",
    },
    "calibration_one_score": {
        "en": "the model gave all {videos} videos the same score {score}, so it tells nothing apart",
        "ja": "モデルのスコアが {videos} 本すべて同じ {score} のため、区別できるものがありません",
    },
    "calibration_falling": {
        "en": "the model's scores do not rise with people's (SRCC {srcc}); a calibration would not mend "
        "that. Check "
        "which way the sheet's scores run (--scale 5,1 where 1 is the best), and that the videos are the "
        "right ones",
        "ja": "モデルのスコアが人の評価と同じ向きに変化していません(SRCC {srcc})。校正では改善できません。"
        "評価の向き(1 が最良の場合は --scale 5,1)と、動画の対応をご確認ください",
    },
    "calibration_none_rated": {
        "en": "not one of the {videos} videos has a score by the model (the first one: {why})",
        "ja": "{videos} 本のいずれにもモデルのスコアがありません(最初の動画: {why})",
    },
    "calibration_several_models": {
        "en": "the scores are of several models or weights ({names}), and a profile belongs to one",
        "ja": "スコアが複数のモデルまたは重み({names})のものです。プロファイルは 1 つのモデルに対応します",
    },
    "calibration_whose": {
        "en": "{path} does not say which weights made its scores. Give a .json file, as 'xl-vqa score "
        "-o' writes it",
        "ja": "{path} には、どの重みによるスコアかが書かれていません。'xl-vqa score -o' の .json ファイルを"
        "指定してください",
    },
    "calibration_not_in_file": {
        "en": "the results hold no score of this video",
        "ja": "結果ファイルにこの動画のスコアがありません",
    },
    "calibration_outside_labels": {
        "en": "its score {score} lies outside the labels {low} to {high}",
        "ja": "スコア {score} がラベルの範囲 {low}~{high} の外にあります",
    },
    "calibration_row_error": {
        "en": "it could not be rated ({why})",
        "ja": "評価できませんでした({why})",
    },
    "calibration_no_column": {
        "en": "there is no column {column} with values beside the videos",
        "ja": "動画の行に値のある列 {column} がありません",
    },
    "calibration_costs": {
        "en": "costs must be 0 or more, and not all 0",
        "ja": "費用は 0 以上とし、すべてを 0 にはできません",
    },
    "calibration_part": {
        "en": "it must be train, val, test or all",
        "ja": "train、val、test、all のいずれかを指定してください",
    },
    "calibration_outside_scale": {
        "en": "it must lie within the scale {low} to {high}",
        "ja": "尺度 {low}～{high} の範囲で指定してください",
    },
    "calibration_name": {
        "en": "it must be a plain name such as broadcast: letters, digits, spaces, dots, brackets and hyphens",
        "ja": "broadcast のような名前(文字、数字、空白、ピリオド、丸かっこ、ハイフン)を指定してください",
    },
}
