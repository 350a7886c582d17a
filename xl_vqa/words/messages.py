"""What people read about errors and warnings, in English and Japanese.

One entry per code. ``{path}`` and the like are filled from the error's parameters; a missing one shows as
an ellipsis rather than raising, because a broken message must never hide the error itself.
Standard library only.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import Any, Final

from xl_vqa.words.messages_calc import MESSAGES as CALC_MESSAGES
from xl_vqa.words.messages_comparison import MESSAGES as COMPARISON_MESSAGES
from xl_vqa.words.messages_ratings import MESSAGES as RATINGS_MESSAGES
from xl_vqa.words.messages_templates import MESSAGES as TEMPLATE_MESSAGES
from xl_vqa.words.messages_training import MESSAGES as TRAINING_MESSAGES
from xl_vqa.words.messages_video import MESSAGES as VIDEO_MESSAGES
from xl_vqa.words.messages_worksheet import MESSAGES as WORKSHEET_MESSAGES
from xl_vqa.words.problems import PROBLEMS

LANGUAGES: Final = ("en", "ja")
_BETWEEN: Final = " | "
TEXT_UNUSED: Final = "warning_text_unused"
"""The code of a rating whose text made no difference, because the model knows nothing of texts."""

MESSAGES: Final[dict[str, dict[str, str]]] = {
    "error": {
        "en": "Something went wrong: {problem}.",
        "ja": "エラーが発生しました: {problem}",
    },
    "input_error": {
        "en": "The input cannot be used: {problem}.",
        "ja": "入力を使用できません: {problem}",
    },
    "scale_error": {
        "en": "The score scale does not fit: {problem}.",
        "ja": "スコアの尺度に問題があります: {problem}",
    },
    "distribution_error": {
        "en": "The model's answer is not a label distribution: {problem}.",
        "ja": "モデルの出力がラベル分布になっていません: {problem}",
    },
    "settings_error": {
        "en": "The settings cannot be used ({source}): {problem}. Correct them and try again.",
        "ja": "設定を使用できません({source}): {problem}。設定を修正してから、もう一度お試しください。",
    },
    "model_entry": {
        "en": "The list of models stays as it was ({path}): {problem}.",
        "ja": "モデルの一覧は変更していません({path}): {problem}。",
    },
    "no_videos_in_folder": {
        "en": "The folder {path} contains no video. Choose another folder, or name the file itself.",
        "ja": "フォルダー {path} に動画がありません。別のフォルダーか、ファイルを直接指定してください。",
    },
    "no_videos_match": {
        "en": "No file matches {path}. Check the pattern and the folder.",
        "ja": "{path} に一致するファイルがありません。パターンとフォルダーをご確認ください。",
    },
    "no_video_path": {
        "en": "This row names no video. Enter the path of a video file.",
        "ja": "動画のパスが入力されていません。動画ファイルのパスを入力してください。",
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
    "ratings_error": {
        "en": "The ratings in {path} cannot be used: {problem}.",
        "ja": "{path} の評価データを使用できません: {problem}",
    },
    "ratings_not_found": {
        "en": "There is no file of ratings at {path}. Check the path and whether the drive is connected.",
        "ja": "評価データのファイル {path} が見つかりません。パスとドライブの接続をご確認ください。",
    },
    "ratings_unreadable": {
        "en": "The ratings in {path} cannot be read: {problem}. Save the table again as .xlsx or .csv and try "
        "that file.",
        "ja": "{path} の評価データを読み込めません: {problem}。.xlsx または .csv で保存し直してから、"
        "もう一度お試しください。",
    },
    "ratings_locked": {
        "en": "The file {path} cannot be opened: {problem}. Close it in other programs, check its permissions, "
        "and try again.",
        "ja": "ファイル {path} を開けません: {problem}。他のプログラムで閉じ、アクセス権を確認してから、"
        "もう一度お試しください。",
    },
    "ratings_encrypted": {
        "en": "The workbook {path} has a password. Save a copy without a password and use that.",
        "ja": "ブック {path} はパスワードで保護されています。パスワードなしのコピーを保存して使用してください。",
    },
    "ratings_empty": {
        "en": "There is no data in {path} ({source}). Choose the sheet with the ratings with --sheet, or another "
        "file.",
        "ja": "{path}({source})にデータがありません。--sheet で評価データのシートを指定するか、"
        "別のファイルを指定してください。",
    },
    "ratings_sheet": {
        "en": "{path} has no sheet called {source}. It has: {problem}.",
        "ja": "{path} に {source} というシートはありません。シート一覧: {problem}",
    },
    "ratings_option": {
        "en": "The option {source} cannot be used with {path}: {problem}.",
        "ja": "{path} にオプション {source} を使用できません: {problem}",
    },
    "ratings_video_column": {
        "en": "No column with videos was found in {path} ({source}). The columns are: {problem}. "
        "Name the right one with --video-column.",
        "ja": "{path}({source})に動画の列が見つかりません。列の一覧: {problem}。"
        "--video-column で列を指定してください。",
    },
    "ratings_score_column": {
        "en": "No column with scores was found in {path} ({source}). The columns are: {problem}. "
        "Name them with --score-column.",
        "ja": "{path}({source})に点数の列が見つかりません。列の一覧: {problem}。"
        "--score-column で列を指定してください。",
    },
    "ratings_no_scores": {
        "en": "None of the {count} rows of {path} has a score that can be used. The problem column of the "
        "manifest says why, row by row. If the cells hold formulas, open the workbook in Excel and save it once.",
        "ja": "{path} の {count} 行のいずれにも、使用できる点数がありません。理由はマニフェストの problem 列に"
        "行ごとに記載しています。セルが数式の場合は、Excel で開いて一度保存してください。",
    },
    "ratings_one_label": {
        "en": "All {count} usable rows of {path} have the same label {source}, so there is nothing to learn from. "
        "Check the score column and --scale.",
        "ja": "{path} の有効な {count} 行がすべて同じラベル {source} のため、学習できません。点数の列と "
        "--scale をご確認ください。",
    },
    "ratings_no_videos": {
        "en": "None of the {count} videos named in {path} was found, looking in {source}. Give the folder of the "
        "videos with --videos-folder, or --no-check-videos to prepare labels without them.",
        "ja": "{path} に書かれた動画 {count} 本がいずれも見つかりません(検索先: {source})。"
        "--videos-folder で動画のフォルダーを指定するか、動画なしで準備する場合は "
        "--no-check-videos を付けてください。",
    },
    "manifest_error": {
        "en": "The manifest {path} cannot be used: {problem}. Write it again with 'xl-vqa labels prepare'.",
        "ja": "マニフェスト {path} を使用できません: {problem}。'xl-vqa labels prepare' で作成し直してください。",
    },
    "evaluation_error": {
        "en": "The evaluation cannot be done: {problem}.",
        "ja": "評価を実行できません: {problem}",
    },
    "evaluation_file": {
        "en": "The table {path} cannot be read: {problem}. Give a .csv, .json or .xlsx file, such as "
        "'xl-vqa score -o' writes.",
        "ja": "表 {path} を読み込めません: {problem}。'xl-vqa score -o' が出力する .csv、.json、.xlsx などの"
        "ファイルを指定してください。",
    },
    "evaluation_column": {
        "en": "{path} has no column {column}. Its columns are: {columns}.",
        "ja": "{path} に列 {column} がありません。列の一覧: {columns}。",
    },
    "evaluation_option": {
        "en": "The option {source} cannot be used: {problem}.",
        "ja": "オプション {source} を使用できません: {problem}",
    },
    "evaluation_no_videos": {
        "en": "Not one video of the split '{source}' has both a score by people and a prediction ({count} rows in "
        "the manifest). Check that both files name the same videos, and --split.",
        "ja": "分割「{source}」には、人のスコアと予測の両方がある動画が 1 本もありません(マニフェスト {count} "
        "行)。両方のファイルが同じ動画を指しているか、--split の指定をご確認ください。",
    },
    "workbook_error": {
        "en": "The workbook {path} cannot be processed: {problem}.",
        "ja": "ブック {path} を処理できません: {problem}",
    },
    "workbook_unreadable": {
        "en": "The workbook {path} cannot be read: {problem}. Check that it is an .xlsx or .xlsm file "
        "without a password.",
        "ja": "ブック {path} を読み込めません: {problem}。パスワードのない .xlsx または .xlsm "
        "ファイルかご確認ください。",
    },
    "workbook_locked": {
        "en": "The workbook {path} is open in another program. Close it there and try again; "
        "finished ratings are kept.",
        "ja": "ブック {path} は他のプログラムで開かれています。閉じてからもう一度お試しください。"
        "評価済みの結果は保存されています。",
    },
    "workbook_not_found": {
        "en": "There is no workbook at {path}. Check the path.",
        "ja": "ブック {path} が見つかりません。パスをご確認ください。",
    },
    "workbook_format": {
        "en": "{path} is {format}, which cannot be scored in place. Open it in Excel or LibreOffice, save it as "
        ".xlsx and use that file.",
        "ja": "{path} は {format} のため、直接スコアを書き込めません。Excel または LibreOffice で開き、"
        ".xlsx 形式で保存したファイルを指定してください。",
    },
    "workbook_password": {
        "en": "The workbook {path} is encrypted with a password. Remove the password (File > Info > Protect "
        "Workbook) and try again.",
        "ja": "ブック {path} はパスワードで暗号化されています。[ファイル] > [情報] > [ブックの保護] で"
        "パスワードを解除してから、もう一度お試しください。",
    },
    "workbook_owned": {
        "en": "The workbook {path} is open in another program ({holder}). Close it there and try again; finished "
        "ratings are kept. If nobody has it open, delete the leftover file {lock_file}.",
        "ja": "ブック {path} は他のプログラムで開かれています({holder})。閉じてからもう一度お試しください。"
        "評価済みの結果は保存されています。誰も開いていない場合は、残っているファイル {lock_file} を"
        "削除してください。",
    },
    "workbook_protected": {
        "en": "The sheet {sheet} of {path} is protected. Unprotect it (Review > Unprotect Sheet), or write the "
        "scores into a copy with -o.",
        "ja": "{path} のシート「{sheet}」は保護されています。[校閲] > [シート保護の解除] で解除するか、"
        "-o で別のファイルに書き込んでください。",
    },
    "workbook_sheet": {
        "en": "{path} has no worksheet {sheet}. Its worksheets are: {sheets}.",
        "ja": "{path} にワークシート「{sheet}」がありません。ワークシート: {sheets}。",
    },
    "workbook_column": {
        "en": "No column with video paths was found in {path}: {problem}. Name it with --column.",
        "ja": "{path} に動画パスの列が見つかりません: {problem}。--column で列を指定してください。",
    },
    "workbook_no_video_column": {
        "en": "No column with video paths was found in {path}: no header such as video or path, and no cells such "
        "as clip.mp4. Name the column with --column, for example --column B.",
        "ja": "{path} に動画パスの列が見つかりません(「動画」「パス」などの見出しも、clip.mp4 のようなセルも"
        "ありません)。--column B のように列を指定してください。",
    },
    "workbook_column_missing": {
        "en": "The sheet {sheet} of {path} has no column {column} with values. Its columns are: {columns}.",
        "ja": "{path} のシート「{sheet}」に、値の入った列「{column}」がありません。列: {columns}。",
    },
    "workbook_column_ambiguous": {
        "en": "Several columns of {path} hold video paths: {columns}. Name the one to score with --column.",
        "ja": "{path} には動画パスの列が複数あります: {columns}。評価する列を --column で指定してください。",
    },
    "workbook_cell": {
        "en": "Cell {cell} of {path} holds {value}, which is no video path. Write the path of a video file there.",
        "ja": "{path} のセル {cell} の値「{value}」は動画のパスではありません。動画ファイルのパスを入力して"
        "ください。",
    },
    "workbook_formula": {
        "en": "Cell {cell} of {path} holds a formula whose result is not stored. Open the workbook in Excel, save "
        "it and try again.",
        "ja": "{path} のセル {cell} の数式には計算結果が保存されていません。Excel で開いて保存してから、"
        "もう一度お試しください。",
    },
    "output_format": {
        "en": "Results cannot be written to {path} in that format. Choose a file name that ends in {suffixes}.",
        "ja": "{path} の形式では結果を書き込めません。末尾が {suffixes} のファイル名を指定してください。",
    },
    "output_not_writable": {
        "en": "The result cannot be written to {path}: {problem}. Choose another place with -o.",
        "ja": "結果を {path} に書き込めません: {problem}。-o で別の保存先を指定してください。",
    },
    "video_error": {
        "en": "The video {path} cannot be rated: {problem}.",
        "ja": "動画 {path} を評価できません: {problem}",
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
    "model_error": {
        "en": "The model cannot be used: {problem}.",
        "ja": "モデルを使用できません: {problem}",
    },
    "model_not_found": {
        "en": "The model {model} was not found: {problem}. Check the folder or the name.",
        "ja": "モデル {model} が見つかりません: {problem}。フォルダーまたは名前をご確認ください。",
    },
    "model_incompatible": {
        "en": "The model {model} does not fit this product: {problem}.",
        "ja": "モデル {model} はこの製品に対応していません: {problem}",
    },
    "model_memory": {
        "en": "There is not enough memory for the model: {problem}. Close other programs, lower the pixel budget "
        "or choose a smaller model.",
        "ja": "モデルに必要なメモリが足りません: {problem}。他のプログラムを閉じる、画素数の上限を下げる、"
        "または小さいモデルを選んでください。",
    },
    "model_failed": {
        "en": "The model stopped while rating {path}: {problem}. Try again; if it repeats, run 'xl-vqa doctor'.",
        "ja": "{path} の評価中にモデルが停止しました: {problem}。もう一度お試しください。繰り返す場合は "
        "'xl-vqa doctor' を実行してください。",
    },
    "package_missing": {
        "en": "This needs the package {package}, which is missing or broken. Type: {command} (then try again).",
        "ja": "この機能に必要なパッケージ {package} がないか、壊れています。次のコマンドを実行してください: "
        "{command}(その後、もう一度お試しください)。",
    },
    "host_error": {
        "en": "The scoring host reported a problem: {problem}.",
        "ja": "スコアリングホストで問題が発生しました: {problem}",
    },
    "host_unavailable": {
        "en": "The scoring host does not answer: {problem}. Start it with 'xl-vqa host start'.",
        "ja": "スコアリングホストが応答しません: {problem}。'xl-vqa host start' で起動してください。",
    },
    "host_start": {
        "en": "The scoring host could not be started: {problem}. 'xl-vqa host logs' shows why.",
        "ja": "スコアリングホストを起動できませんでした: {problem}。'xl-vqa host logs' で原因を確認できます。",
    },
    "host_authentication": {
        "en": "The scoring host refused the request: its token has changed. Try again.",
        "ja": "スコアリングホストが要求を拒否しました(トークンが変わりました)。もう一度お試しください。",
    },
    "host_request": {
        "en": "The scoring host did not understand the request: {problem}.",
        "ja": "スコアリングホストが要求を解釈できませんでした: {problem}",
    },
    "host_disk": {
        "en": "The scoring host cannot write its store at {path}: {problem}. Make sure that the folder is there, "
        "may be written to, and that its disk has room; ratings stored so far are safe.",
        "ja": "スコアリングホストが {path} に書き込めません: {problem}。フォルダーの有無、書き込み権限、"
        "ディスクの空き容量をご確認ください。保存済みの評価は失われていません。",
    },
    "cancelled": {
        "en": "The rating of {path} was cancelled.",
        "ja": "{path} の評価は取り消されました。",
    },
    # warnings: a rating exists, and the reader should know this about it
    "warning_high_off_digit_mass": {
        "en": "The model wanted to answer something other than a label; its score is not reliable.",
        "ja": "モデルがラベル以外の答えを出そうとしました。このスコアは信頼できません。",
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
        "en": "Some pictures of the video could not be read; the rating is based on the others.",
        "ja": "一部の映像を読み込めませんでした。評価は読み込めた映像に基づきます。",
    },
    "warning_same_score": {
        "en": "The last {count} different videos all got the same score; the model may be broken.",
        "ja": "直近の {count} 本の異なる動画がすべて同じスコアです。モデルに異常がある可能性があります。",
    },
    "warning_not_fine_tuned": {
        "en": "This model was never taught to rate videos on this scale; take its scores as a guess.",
        "ja": "このモデルは動画評価用に微調整されていません。スコアは参考程度にご覧ください。",
    },
    TEXT_UNUSED: {
        "en": "The text beside this video does not count: the model was not taught with texts, so the score says "
        "nothing of how well the video follows its text.",
        "ja": "この動画に添えられたテキストは評価に使われていません。モデルがテキスト付きで学習していないため、"
        "このスコアは動画がテキストにどれだけ沿っているかを示しません。",
    },
    "warning_unsaved": {
        "en": "{count} ratings are in the memory of the scoring host alone, because they cannot be written to its "
        "store. They are lost if it stops before.",
        "ja": "保存ファイルに書き込めないため、{count} 件の評価がスコアリングホストのメモリ上にだけあります。"
        "書き込めるようになる前にホストが停止すると失われます。",
    },
    "warning_store_replaced": {
        "en": "The store of ratings was damaged. It was set aside as {path} and a new one was begun; videos are "
        "rated again when they are asked for.",
        "ja": "評価の保存ファイルが破損していたため、{path} として退避し、新しいファイルを作成しました。"
        "動画は必要になったときに再評価されます。",
    },
}
MESSAGES.update(RATINGS_MESSAGES)
MESSAGES.update(WORKSHEET_MESSAGES)
MESSAGES.update(CALC_MESSAGES)
MESSAGES.update(COMPARISON_MESSAGES)
MESSAGES.update(TRAINING_MESSAGES)
MESSAGES.update(TEMPLATE_MESSAGES)
MESSAGES.update(VIDEO_MESSAGES)


class _Lenient(Formatter):
    """Fills what is there and shows an ellipsis for what is missing."""

    def __init__(self, language: str) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs.get(str(key), "…")

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "lines":
            return "\n".join(f"- {spoken(line, self._language)}" for line in value)
        return str(super().format_field(spoken(value, self._language), format_spec))


def warning_sentences(rating: Mapping[str, Any], language: str = "en") -> str:
    """What to know about a rating (as JSON) besides its score: the sentences of its warnings, or nothing."""
    return " ".join(text(str(code), language, **rating) for code in rating.get("warnings") or ())


def text(code: str, language: str = "en", **params: Any) -> str:
    """The sentence of ``code`` in ``language`` (English where the language is not known)."""
    entry = MESSAGES.get(code, MESSAGES["error"])
    if code not in MESSAGES:
        params = {"problem": code, **params}
    return _filled(entry, language, params)


def spoken(value: Any, language: str) -> Any:
    """A parameter as it is read: reasons (xl_vqa.words.reasons) in ``language``, everything else as it is."""
    if isinstance(value, Mapping) and "key" in value:
        key = str(value["key"])
        entry = PROBLEMS.get(key) or MESSAGES.get(key)
        # a newer host's reason: its key says more than nothing
        return _filled(entry, language, value).rstrip(" .。") if entry else key
    if isinstance(value, (list, tuple)):
        return _BETWEEN.join(str(phrase(one, language)) for one in value)
    return value


def _filled(entry: Mapping[str, str], language: str, params: Mapping[str, Any]) -> str:
    said = {k: phrase(v, language, params) if k in ("problem", "why") else v for k, v in params.items()}
    return _Lenient(language).vformat(entry.get(language) or entry["en"], (), said)


def phrase(value: Any, language: str, params: Mapping[str, Any] | None = None) -> Any:
    """A ``problem`` or ``why`` inside a sentence, which has an end of its own."""
    if isinstance(value, str) and value in PROBLEMS:
        value = _filled(PROBLEMS[value], language, {k: v for k, v in (params or {}).items() if v != value})
    said = spoken(value, language)
    return said.rstrip(" .。") if isinstance(said, str) else said
