"""What a column is for, read off its header in English or Japanese."""

from __future__ import annotations

import enum
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from xl_vqa.sheets.columns import field_of_heading
from xl_vqa.words.result_columns import of_results
from xl_vqa.words.video_names import is_video_name


class Role(enum.Enum):
    VIDEO = "video"
    RATER = "rater"
    """A column that names who rated (long form)."""
    RATER_SCORES = "rater scores"
    """A column with the scores of one rater (wide form)."""
    SCORE = "score"
    MOS = "mos"
    SD = "sd"
    COUNT = "raters"
    CI = "ci95"
    CI_LOW = "lower end"
    CI_HIGH = "upper end"
    EITHER = "either"
    """Scores of people that run one way in some data sets and the other way in others: DMOS, impairment."""
    CONTENT = "content"
    SPLIT = "split"
    PROMPT = "prompt"
    """The text that a generated video was made from."""
    OTHER = "other"
    """Known, and neither a video nor a score: number, date, remark, bit rate ..."""


_PERSON: Final = (
    r"(?:raters?|subjects?|subj|observers?|obs|viewers?|annotators?|participants?|users?|workers?"
    r"|evaluators?|assessors?|respondents?"
    r"|評価者|被験者|被検者|観察者|回答者|採点者|評定者|評価員|判定者|視聴者|参加者|モニター|モニタ|担当者|担当)"
)
_SCORE: Final = (
    r"(?:scores?|ratings?|opinions?|votes?|grades?|acr|responses?|answers?"
    r"|点数|スコア|評点|得点|採点|評定|評価値|評価点|評価結果|評価|品質|回答|点)"
)
_MARK: Final = r"(?:[0-9]+[a-z]?|[a-z][0-9]*|[ivx]+)"

# Tried in this order: "評価者数" must be a count before 評価者 makes it a rater, "元動画" a content before 動画
# makes it a video. A pattern fits a whole header (sure) or a part of it (likely).
_WHOLE: Final[tuple[tuple[Role, tuple[str, ...]], ...]] = (
    (
        Role.OTHER,
        (r"no|nr|number|#|id|index|idx|row|番号|連番|通し番号|通番|項番|行|管理番号|順番|順序|order",),
    ),
    (
        Role.OTHER,
        (
            r"(?:date|time|timestamp|created|updated|submitted|modified|completed|scored|rated)"
            r"(?: (?:at|on|date|time))?",
            r"(?:reaction|response|answer|work|lead|elapsed) time(?: .*)?|time elapsed|(?:.* )?rt|(?:.* )?latency",
            r"日付|日時|実施日|評価日|時刻|日|反応時間|回答時間|所要時間",
        ),
    ),
    (
        Role.OTHER,
        (r"comments?|remarks?|notes?|memo|備考|コメント|メモ|注記|理由|自由記述",),
    ),
    (
        Role.OTHER,
        (
            # numbers that lie in the scale by chance
            r"sessions?|days?|weeks?|months?|years?|trials?|runs?|rounds?|batch|priority|target|goal|views|viewings"
            r"|plays|playbacks|repeats|repetitions|defects|errors|artifacts|artefacts|difference|diff|delta"
            r"|accept(?:ed|able|ance)?|pass(?:ed)?|weights?|experience|confidence|certainty"
            r"|wins|losses|ties|draws|win rate",
            r"月|年|週|曜日|回|回数|視聴回数|再生回数|試行|セッション|優先度|重要度|目標|目標値|目標点|欠陥数|不良数|差"
            r"|差分|合否|可否|確信度|自信度|経験年数|重み|勝|敗|勝ち|負け|勝数|敗数|勝ち数|負け数|勝率|引き分け",
            r"se|sem|se mean|std ?err(?:or)?|standard errors?(?: of (?:the )?mean)?|標準誤差",
            r"(?:is|has) .*|.* flag|.*フラグ|golden .*|(?:worker |annotator )?trust",
            # what was tried, and where
            r"conditions?|cond|hrc|level|strength|rate|[km]bps|seconds?|secs?|minutes?|ms|rooms?|floor|seat"
            r"|distance|device|complexity|difficulty|setting|step|stage|phase|block|part|take|shot|camera"
            r"|channel|layer|tier|category|class|genre|method|model|algorithm|system|treatment|factor",
            r"条件|条件番号|処理条件|水準|レベル|劣化レベル|劣化強度|強度|レート|倍率|速度|部屋|会場|席|距離|難易度"
            r"|複雑度|段階|工程|手法|方式|モデル|カメラ|カテゴリー?|ジャンル|分類|設定|フレーム数|枚数",
            # what a model said
            # Ai alone is somebody's name
            r"(?:ai|predicted|prediction|machine|automatic) ?(?:scores?|mos|ratings?|labels?|quality)"
            r"|predicted|predictions?"
            r"|ai(?:による)?(?:スコア|評価|点数|評点|採点)|(?:自動|機械)(?:評価|採点)|予測(?:値|スコア|評価|mos)?",
        ),
    ),
    (
        Role.PROMPT,
        (r"(?:text )?prompts?(?: text)?|text|caption|instruction|description|プロンプト|説明|説明文|指示文",),
    ),
    (
        Role.OTHER,
        (r"vmaf|psnr|ssim|ms ?ssim|niqe|brisque|lpips|si|ti",),
    ),
    (
        Role.EITHER,
        (
            r"(?:.* )?(?:dmos|d mos|differential mos|difference mos|degradation mos"
            r"|differential mean opinion score"
            r"|difference mean opinion score|degradation|impairment|distortion level|annoyance)"
            r"(?: (?:score|scores|rating|ratings|level|mean|value|mos))*",
            r"(?:.* )?(?:severity|blurriness|blockiness|noisiness)|(?:.* )?visibility of .*",
            r".*の目立ち(?:やすさ|度|具合)?|(?:ぼけ|ボケ|ノイズ|劣化|ブロックノイズ)の?(?:具合|度|度合い|多さ|大きさ|強さ)",
            r"差分mos|劣化mos|劣化度|妨害度|劣化評価|劣化の程度",
            # 1 is the best mark of German schools, and the worst of others
            r"(?:.* )?(?:schulnoten?|schul noten?|school (?:marks?|grades?))(?: .*)?",
        ),
    ),
    (
        Role.COUNT,
        (
            rf"n|num|count|(?:n|num|number of|no of|#) ?(?:of )?{_PERSON}|{_PERSON} ?count|raters",
            r"(?:n|num|number of|no of) (?:ratings|votes|scores|opinions)",
        ),
    ),
    (
        Role.COUNT,
        (
            r"評価者数|被験者数|人数|評価人数|回答数|回答者数|有効回答数|票数|件数|評価数|採点者数|n数",
            r"標本数",
        ),
    ),
    (
        Role.MOS,
        (
            r"mos|mos ?(?:score|mean|value|値)?|mean|average|avg|ave|mean opinion score",
            rf"(?:mean|average|avg) {_SCORE}|平均|平均点|平均値|平均スコア|平均評価|平均評価値|平均評点",
            r"平均得点|平均オピニオン(?:評点|スコア|値)",
            r"emmeans?|lsmeans?|mittelwert|durchschnitt|moyenne|promedio|평균|平均分",
        ),
    ),
    (
        Role.SD,
        (
            r"sd|std|stdev|std ?dev|standard deviation|sigma|sos|mos ?(?:sd|std)",
            r"(?:sd|std)(?: ?of)? ?mos|標準偏差|mosの?標準偏差|分散の平方根",
            r"standardabweichung|écart type|desviación (?:estándar|típica)|표준편차|标准差",
        ),
    ),
    (
        Role.CI,
        (
            r"ci|ci ?95|95% ?ci|95 ?ci|confidence interval|95% confidence interval|mos ?ci|ci ?mos",
            r"mos ci 95|信頼区間|95%信頼区間|95信頼区間",
        ),
    ),
    (
        Role.CONTENT,
        (
            r"contents?|content (?:id|name)|source|src|source (?:id|name|video)|src (?:id|name)|scene",
            r"scene (?:id|name)|reference|ref|reference (?:video|id|name)|original|original video|group",
            r"group id|素材|素材名|素材id|原画|原画像|原映像|原動画|元動画|元映像|元素材|コンテンツ",
            r"コンテンツ名|シーン|シーン名|ソース|題材|参照動画|参照映像|オリジナル|グループ",
        ),
    ),
    (
        Role.SPLIT,
        (r"split|set|subset|partition|data ?set split|分割|区分|データ区分|データ分割|用途",),
    ),
    (
        Role.RATER,
        (
            rf"{_PERSON}|{_PERSON} ?(?:id|name|名|番号|氏名|no)|name of {_PERSON}|氏名|名前|ユーザー",
            r"(?:judge|juror|panell?ist|tester|coder|labell?er|grader)(?:s| ?(?:id|name|no))?",
            r"proband(?:en|in)?|versuchsperson|bewerter(?:in)?|observateurs?|évaluateurs?|sujets?|evaluador(?:es)?",
            r"observador(?:es)?|sujetos?|评分者|评分人|评价者|受试者|被试|평가자|참가자|피험자",
            r"ユーザ|作業者|お名前|ご氏名|ニックネーム|(?:your|full) name|nick ?name",
        ),
    ),
    (
        Role.RATER_SCORES,
        (
            rf"{_PERSON} ?{_MARK}|[rsp] ?[0-9]+|{_SCORE} ?(?:[0-9]+|[a-z])|(?:第)?[0-9]+人目",
            rf"{_PERSON} ?{_MARK} ?(?:の)?{_SCORE}|{_SCORE} {_PERSON} ?{_MARK}",
        ),
    ),
    (
        Role.VIDEO,
        (
            r"videos?|vids?|clips?|files?|paths?|movies?|stimulus|stimuli|pvs|sequence",
            r"(?:video|clip|file|movie|pvs|stimulus) ?(?:name|path|file|id|filename|url)|file ?names?",
            r"file ?path|distorted(?: video)?|動画|映像|ビデオ|ファイル|クリップ|パス|動画名",
            r"動画ファイル|動画ファイル名|動画パス|動画id|映像名|映像ファイル|映像ファイル名|ファイル名",
            r"ファイルパス|評価動画|評価映像|試験映像|対象動画|刺激|保存場所|保存先",
        ),
    ),
    (
        Role.SCORE,
        (
            rf"{_SCORE}|(?:quality|subjective|opinion|raw) ?{_SCORE}|quality|画質|画質評価|主観評価",
            r"主観評価値|主観スコア",
        ),
    ),
)
_PART: Final[tuple[tuple[Role, tuple[str, ...]], ...]] = (
    (
        Role.OTHER,
        (
            r"\b(?:date|time|timestamp|duration|length|fps|frame ?rate|bit ?rate|kbps|resolution"
            r"|width|height|size|codec|crf|qp|comments?|remarks?|notes?|level"
            r"|type|version|age|gender|sex|psnr|ssim|vmaf|rank(?:s|ed|ing)?)\b",
        ),
    ),
    (
        Role.OTHER,
        (
            r"日付|日時|実施日|時間|長さ|尺|秒|フレームレート|ビットレート|解像度|画面サイズ|サイズ|幅",
            r"高さ|コーデック|備考|コメント|年齢|性別|種別|劣化種|バージョン|番号|順位",
        ),
    ),
    (
        Role.EITHER,
        (r"\b(?:dmos|impairment|degradation|annoyance)\b|劣化度|妨害度",),
    ),
    (
        Role.COUNT,
        (r"評価者数|被験者数|人数|回答数|\bnumber of raters\b|\bnum raters\b",),
    ),
    (
        Role.SD,
        (r"\b(?:sd|std|stdev)\b|standard deviation|標準偏差",),
    ),
    (
        Role.CI,
        (r"\bci ?95\b|\b95% ?ci\b|confidence interval|信頼区間",),
    ),
    (
        Role.MOS,
        (r"\bmos\b|mean opinion|平均",),
    ),
    (
        Role.CONTENT,
        (r"元動画|元映像|原映像|原画|素材|コンテンツ|\bcontent\b|\bsource\b|\bscene\b",),
    ),
    (
        Role.SPLIT,
        (r"\bsplit\b",),
    ),
    (
        Role.RATER_SCORES,
        (rf"{_PERSON} ?{_MARK}\b|評価者|被験者",),
    ),
    (
        Role.VIDEO,
        (
            r"\b(?:video|videos|clip|file|filename|path|movie|stimulus|pvs)\b|動画|映像|ビデオ|ファイル",
            r"クリップ|パス",
        ),
    ),
    (
        # "participant private id", "assignment worker id"
        Role.RATER,
        (rf"(?<![a-z]){_PERSON}(?: [a-z]+)? id$",),
    ),
    (
        # of a trial, a task, a recording: one of videos or people is above
        Role.OTHER,
        (r"\b(?:id|index|idx)$",),
    ),
    (
        Role.SCORE,
        (r"\b(?:score|rating|opinion|vote|grade|response)\b|点数|スコア|評点|得点|採点|評価",),
    ),
)
_WHOLE_COMPILED: Final = [(role, re.compile("|".join(patterns))) for role, patterns in _WHOLE]
_PART_COMPILED: Final = [(role, re.compile("|".join(patterns))) for role, patterns in _PART]

# What a row's video cell says where the row is no video but a sum over the rows above.
_SUM_JA: Final = (
    r"(?:平均|合計|計|総計|小計|標準偏差|最大|最小|最大値|最小値|中央値|分散|件数|偏り|信頼区間|最高|最低|人数|回答数"
    r"|度数|相関|相関係数)(?:値|点)?"
)
_SUM_EN: Final = (
    r"(?:total|sum|average|avg|ave|mean|median|sd|std|stdev|std ?dev|standard deviation|min|max|minimum|maximum"
    r"|mittelwert|durchschnitt|summe|gesamt|moyenne|somme|count|variance|bias|σ|ø"
    r"|mos|ci ?95|95% ?ci|confidence interval|sem|standard error)"
)
_WHOSE: Final = rf"(?:grand|overall|total|column|row|all|the|each|per|every|by|of|for|{_PERSON}|{_SCORE})"
SUMMARY_ROWS: Final = re.compile(
    rf"(?:全体|総|列|縦|各)?(?:{_PERSON}|{_SCORE})?(?:別|ごと|毎)?の?(?:{_PERSON}|{_SCORE})?の?{_SUM_JA}"
    rf"|(?:{_WHOSE} )*{_SUM_EN}(?:s)?(?: {_WHOSE})*(?: {_SUM_EN})?"
)
# ... or, under the raters' names, what they are.
_OF_PEOPLE: Final = re.compile(
    r"ages?|gender|sex|weights?|vision|experience|role|group|display|monitor|screen|correlation.*|n"
    r"|年齢|年代|性別|重み|視力|経験年数|経験|所属|部署|職種|役職|画面|ディスプレイ|モニター?"
)
_SUM_WORD: Final = re.compile(rf"\b{_SUM_EN}s?\b|{_SUM_JA}")


def normal(header: Any) -> str:
    """A header for comparing: half-width, lower case, line breaks and separators as one space, no brackets.

    ``"MOS (1-5)"`` and ``"ＭＯＳ"`` are both ``"mos"``; ``"Video_Path"`` is ``"video path"``.
    """
    if header is None:
        return ""
    if isinstance(header, float) and header.is_integer():
        header = int(header)
    text = unicodedata.normalize("NFKC", str(header)).casefold()
    without = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】|<[^>]*>|「[^」]*」", " ", text)
    # a header that is nothing but brackets keeps what they hold
    text = without if without.strip(" *※:") else text
    text = re.sub(r"[\s_\-./:*※,;|=\\'\"()\[\]【】「」・]+", " ", text).strip()
    # Japanese takes no spaces: "評価 者" is 評価者; between Latin words they stay
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", text)


_DIFFERENCE: Final = re.compile("(?<![a-z])d-?mos(?![a-z])|差分(?:平均|評点|評価|スコア|mos)", re.IGNORECASE)


_GLUED: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
"""Between the words of a header as programs write it: WorkTimeInSeconds, HITId."""
_OF_TASK: Final = re.compile(r"\s*(?:input|output|assignment):\s*", re.IGNORECASE)
"""Before the headers of a marketplace for tasks: INPUT:video, ASSIGNMENT:worker_id."""
_INTERVAL: Final = re.compile(r"\b(?:ci|cl|lcl|ucl|ci ?95|95 ?ci|95|confidence|conf|interval)\b|信頼")
_LOW: Final = re.compile(r"\b(?:low|lower|lo|min|minimum|from|begin|lcl|ll)\b|下限|下側|下端|最小")
_HIGH: Final = re.compile(r"\b(?:high|upper|up|hi|max|maximum|to|end|ucl|ul)\b|上限|上側|上端|最大")


def role_of(header: Any) -> tuple[Role | None, bool]:
    """The role that a header states, and whether the whole header states it (a part of it is only likely)."""
    if isinstance(header, str) and (found := _OF_TASK.match(header)):
        header = header[found.end() :]
    text = normal(header)
    if not text or len(text) > 60:
        return None, False
    role, whole = _stated(text)
    if role is None and isinstance(header, str) and (words := _GLUED.sub(" ", header)) != header:
        role, whole = _stated(normal(words))
    if role in (None, Role.MOS, Role.SCORE) and _DIFFERENCE.search(unicodedata.normalize("NFKC", str(header))):
        # in brackets, which are left out, or beside Japanese letters it stands as often as alone
        return Role.EITHER, whole
    if role in (None, Role.CI, Role.MOS, Role.OTHER) and (end := _end_of_interval(str(header))) is not None:
        return end, True
    return role, whole


def _end_of_interval(header: str) -> Role | None:
    """Which end of a confidence interval a header names, often in brackets: "95% CI (lower)", "信頼区間下限"."""
    words = re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", _GLUED.sub(" ", header)).casefold())
    if not _INTERVAL.search(words):
        return None
    low, high = _LOW.search(words) is not None, _HIGH.search(words) is not None
    return None if low == high else Role.CI_LOW if low else Role.CI_HIGH


def _stated(text: str) -> tuple[Role | None, bool]:
    for role, pattern in _WHOLE_COMPILED:
        if pattern.fullmatch(text):
            return role, True
    for role, pattern in _PART_COMPILED:
        if pattern.search(text):
            return role, False
    return None, False


def ours(names: Mapping[int, str]) -> set[int]:
    """The columns that the product itself wrote, by their headings: none of them is what people think.

    Of two columns of one heading in a results file the first is ours.
    """
    results = of_results(names.values())
    found = {column for column, name in names.items() if field_of_heading(name) is not None}
    first = {name: column for column, name in reversed(list(names.items()))}
    return found | {first[name] for name in results}


def is_summary(video_cell: str, among_names: bool = False) -> bool:
    """Whether a row is a total or average under the table and no video.

    ``among_names`` says that the other rows name files with their endings: then any cell that has none and
    speaks of a mean is one ("Mean of room 2").
    """
    text = normal(video_cell)
    if SUMMARY_ROWS.fullmatch(text) or (among_names and _OF_PEOPLE.fullmatch(text)):
        return True
    return among_names and not is_video_name(video_cell) and bool(_SUM_WORD.search(text))


_SPLIT_NAMES: Final = {
    "train": "train|training|tr|learn|学習|訓練|学習用|訓練用|教師|学習データ|訓練データ",
    "val": "val|valid|validation|dev|development|検証|検証用|バリデーション|検証データ",
    "test": "test|testing|eval|evaluation|holdout|テスト|試験|評価|評価用|テスト用|テストデータ|評価データ",
    "none": "none|exclude|excluded|除外|対象外|使用しない",
}
_SPLIT_OF: Final = {word: name for name, words in _SPLIT_NAMES.items() for word in words.split("|")}


def split_of(cell: Any) -> str | None:
    """train, val, test or none for the usual words in both languages; None for a blank or another word."""
    return _SPLIT_OF.get(normal(cell))
