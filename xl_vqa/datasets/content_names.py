"""The parts of a video's file name, and which of them tell a version and not a source.

Coding settings, sizes, rates, defects, takes, copies, dates and languages are marks of a version. Words that
every camera or download folder writes ("IMG", "clip", "video") name nothing by themselves: the number behind
them does.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from xl_vqa.words.picture_folders import PICTURE_NUMBER, RATED
from xl_vqa.words.video_names import PICTURE_SUFFIXES, VIDEO_SUFFIXES, suffix_of

Parts = tuple[str, ...]

# Marks that are whole by themselves.
_MARK: Final = re.compile(
    # settings with their number, numbers with their unit, sizes
    r"(?:crf|c?qp|cq|hrc|dist|dst|lvl|level|take|tk|rev|pass|seed|gop|cam|camera|copy|plr|br)[0-9]+"
    r"|(?:ver|version|v)[0-9]+(?:\.[0-9]+)*"
    r"|[0-9]+(?:\.[0-9]+)?(?:k|kb|kbps|kbit|m|mb|mbps|mbit|p|i|fps|hz|db|pct|percent|per|%|bit|bits|le)"
    r"|[0-9]{2,5}x[0-9]{2,5}(?:p[0-9]*)?|16x9|9x16|4x3|3x4|4x5|5x4|1x1|21x9|[0-9]{1,3}(?:s|secs?|秒)"
    r"|[248]k|uhd|fhd|wqhd|hd|sd|qhd|cif|qcif|hdr|hdr10|sdr|hlg|pq"
    r"|yuv4[0-9]{2}p?(?:[0-9]+le)?|cam(?:era)?[a-h]|カメラ[0-9a-h]+|(?:テイク|コピー)[0-9]+|第?[0-9]+版"
    # coders, presets
    r"|x26[456]|h26[456]|hevc|avc|av1|vp[89]|vvc|mpeg[124]|prores|svtav1|libaom|nvenc|xvid|divx"
    r"|ultrafast|superfast|veryfast|faster|fast|medium|slow|slower|veryslow|placebo|baseline|preset"
    # languages
    r"|en|eng|english|ja|jp|jpn|japanese|zh|zho|chinese|ko|kor|korean|fr|de|es"
    # the state of the work
    r"|ref|reference|org|orig|original|src|source|clean|pristine|lossless|hidden|anchor|dist|dst|distorted"
    r"|degraded|before|after|subtitled|nosound|muted|vertical|portrait|landscape"
    # which may be counted ("final2"), as defects and their strength are ("blur3")
    r"|(?:final|draft|master|copy|edit|edited|fixed|new|old|proxy|preview|gblur|awgn|wn|gn|blur|blurred|blurry"
    r"|noise|noisy|jpeg|jp2k|block|blocking|blocky|banding|freeze|frozen|flicker|shake|shaky|jitter"
    r"|judder|stutter|ringing|grain|defocus|drop|dropped|packet|packets|loss|lossy|packetloss|plr|ber|rate"
    r"|bitrate|dark|bright|exposure|contrast|saturation|gamma|scale|scaled|rescaled|resized|upscale|upscaled"
    r"|downscale|downscaled|interlaced|compressed|compression|enc|encoded|transcoded"
    r"|low|lo|mid|med|high|hi|weak|strong|mild|severe|good|bad|fair|poor|excellent"
    r"|元|原|参照|基準|弱|中|強|低|高|新|旧|英語|日本語|最終|確定|修正|加工)[0-9]{0,2}"
    r"|(?:初|最終|第?[0-9]+)稿|[a-z0-9]案|案[a-z0-9]"
)
# Japanese is written without gaps: these are cut off the end of a part as well ("桜低画質", "会議のコピー").
_JAPANESE_END: Final = re.compile(
    r"(?:の?コピー|低画質|中画質|高画質|低品質|中品質|高品質|低ビットレート|高ビットレート|圧縮|劣化|ぼかし|ぼけ|ブラー"
    r"|ノイズ|原画|元動画|(?:加工|処理|補正|改善|修正|編集|圧縮)[前後]|(?:修正|最終|完成|確定|初|旧|新)版"
    r"|字幕(?:あり|なし|付き?|入り?)?|音声?(?:あり|なし)|[縦横]型|テイク[0-9]+|カメラ[0-9]+|[0-9]+秒)+$"
)
# What is glued to a name and can be nothing but a setting: "Crowd720p", "夜景H264", "news500kbps".
_GLUED_SETTING: Final = re.compile(
    r"(?<=[^\W\d_])(?=(?:[0-9]{3,4}[pi]|[0-9]{3,5}k|[0-9]+(?:\.[0-9]+)?(?:kbps|mbps|fps)|(?:crf|qp)[0-9]{1,2}"
    r"|[hx]26[456]|av1|vp9)$)"
)
# The last word of "ParkBlur".
_CAMEL_END: Final = re.compile(r"(?<=[a-z])([A-Z][a-z0-9]+)(?![A-Za-z0-9])")
# GoPro: the chapter stands before the number of the recording.
_CHAPTER: Final = re.compile(r"^g[hxlp]([0-9]{2})([0-9]{4})(?![0-9])")
# Models that make videos: where names have two of them, they are versions, and what was asked for is the source.
GENERATOR: Final = re.compile(
    r"(?:(?:open-?)?sora(?:plan)?|pika|kling|luma|runway|gen|veo|hailuo|minimax|cogvideox?|hunyuan(?:video)?|wan"
    r"|modelscope|zeroscope|lavie|videocrafter|show1|animatediff|svd|mochi|ltxv?|pixverse|vidu|latte|lvdm|tav"
    r"|text2video|t2vzero|tune-?a-?video|stepvideo|seedance|jimeng|dreamina|floor33)(?:v?[0-9][0-9.]*)?[a-z]?"
)
# What a labelling tool or an upload writes before every name; 8 signs may be a name, so all must have them.
RANDOM_FRONT: Final = re.compile(
    r"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32}|[0-9a-f]{8})"
    r"(?=[-_ ].)",
    re.IGNORECASE,
)
# Folders of what was compared, beside those of known models.
METHOD: Final = re.compile(
    r"(?:ours|baselines?|proposed|ablations?|(?:model|method|system|algorithm|手法|モデル|方式)[-_ ]?[a-z0-9]*"
    r"|提案手法|従来手法|提案法|従来法)"
)
# Written apart from their number in some naming ("qp 37", "take_2").
_BEFORE_NUMBER: Final = frozenset(
    "crf qp cqp cq hrc take tk ver version rev pass seed gop copy level lvl br bitrate "
    "テイク カメラ コピー".split()
)
# Cameras, players and download folders write these; what they stand for is told by the number behind.
GENERIC: Final = frozenset(
    "img image dsc dscn dscf mvi mov movie movies vid video videos clip clips film file sample samples scene shot "
    "seq sequence src source rec recording record gopr gp gx gh pxl dji camera product item content subject sub "
    "id no num test stimulus stim track part chunk segment seg untitled capture screen screenrecording user photo "
    "trim out output whatsapp signal frame "
    "動画 映像 素材 サンプル クリップ カット シーン 商品 製品 作品 試料 被験者 "
    "画面収録 画面録画 スクリーンショット".split()
)
# Heads of sentences, which many names share by chance.
STOP_WORDS: Final = frozenset("a an the my our this that in on at of and to with two three".split())

NUMBER: Final = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# Letters among digits, of no meaning: names that video platforms make (YouTube-UGC: Gaming_720P-25aa).
OPAQUE: Final = re.compile(r"(?=[0-9a-z]{4})[0-9a-z]*[0-9][a-z][0-9a-z]*")
_SEPARATORS: Final = re.compile(r"[\s_\-.~+@,=()\[\]{}【】「」『』・–—‐]+")
_DATE: Final = re.compile(
    r"(?<![0-9])(?:19|20)[0-9]{2}([-_. ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:(?:[-_t ]|\sat\s)+(?:[0-9]{6}(?:[0-9]{3})?|[0-9]{2}([-_.: ])[0-9]{2}\2[0-9]{2})(?![0-9x]))?(?![0-9])"
)


def one_file(video: str) -> PurePosixPath:
    """Numbered pictures as the file that they stand for, in every form in which a video of them is written.

    ``park/beach@25`` and ``park/beach/%05d.png@24`` are ``park/beach.png``, and so is ``park/beach_%05d.png``:
    number and rate tell nothing of the source. Other paths are as they were, with / between folders.
    """
    path = PurePosixPath(unicodedata.normalize("NFC", video).replace("\\", "/"))
    name = RATED.sub(r"\g<path>", path.name)
    ending = suffix_of(name)
    if ending in PICTURE_SUFFIXES and PICTURE_NUMBER.search(name):
        body = PICTURE_NUMBER.sub("", name.removesuffix(name[-len(ending) :]), count=1).strip(" _-.")
        if body:
            return path.with_name(f"{body}{ending}")
        return path.parent.with_name(f"{path.parent.name}{ending}") if path.parent.name else path
    if name == path.name or ending in VIDEO_SUFFIXES | PICTURE_SUFFIXES:
        return path
    return path.with_name(f"{name}.png")


def needs_folder(name: str) -> bool:
    """Whether a file's name is that of numbered pictures and says nothing by itself: ``%05d.png``, ``frames@24``.

    Renderers write it into the folder of every shot.
    """
    rated = RATED.match(name)
    plain = rated["path"] if rated else name
    if rated is None and not PICTURE_NUMBER.search(plain):
        return False
    ending = suffix_of(plain)
    stem = plain.removesuffix(plain[len(plain) - len(ending) :]) if ending in PICTURE_SUFFIXES else plain
    parts = [part for part in name_parts(PICTURE_NUMBER.sub("_", stem)) if part.strip("_")]
    return all(part in GENERIC or part.removesuffix("s") in GENERIC or is_number(part) for part in parts)


def name_parts(stem: str) -> Parts:
    """The parts of a name without its ending, in small letters and plain digits; a date is one number."""
    text = _CAMEL_END.sub(_apart, unicodedata.normalize("NFKC", stem)).casefold()
    text = _CHAPTER.sub(r"gopr\2_take\1", re.sub(r"^copy of\s+", "", text))
    # what a phone edited
    text = re.sub(r"^img_e(?=[0-9]{4}(?![0-9]))", "img_", text)
    text = _DATE.sub(lambda date: re.sub("[^0-9]", "", date.group()), text)
    text = re.sub(r"(?<![a-z0-9])([hx])[. ]?(26[456])(?![0-9])", r"\1\2", text)
    # a decimal point inside a mark ("1.5mbps") must not split it; "e01.1080p" has none
    text = re.sub(r"(?<=[0-9])\.(?=[0-9])(?![0-9]{3,4}[pi])", "·", text)
    parts = [part.replace("·", ".") for part in _SEPARATORS.split(text) if part] or [text]
    return _with_their_numbers([piece for part in parts for piece in _without_glue(part)])


def _apart(word: re.Match[str]) -> str:
    return f"_{word[0]}" if is_mark(word[0].casefold()) else word[0]


def _without_glue(part: str) -> list[str]:
    return [part] if is_mark(part) else _GLUED_SETTING.split(part, maxsplit=1)


def _with_their_numbers(parts: list[str]) -> Parts:
    """``qp 37`` as one part; never at the front, where it may be all the name there is."""
    found: list[str] = []
    for part in parts:
        if len(found) > 1 and found[-1] in _BEFORE_NUMBER and re.fullmatch("[0-9]+", part):
            found[-1] += part
        else:
            found.append(part)
    return tuple(found)


def bound(parts: Parts) -> Parts:
    """Generic first words and their number as one part: the "clip_07" of "clip_07_720p" is the name."""
    words = 0
    while words < len(parts) and parts[words] in GENERIC:
        words += 1
    if 0 < words < len(parts) and re.fullmatch("(?:v|s|n|no)?[0-9.]+", parts[words]):
        return ("_".join(parts[: words + 1]), *parts[words + 1 :])
    return parts


def is_mark(part: str) -> bool:
    # an ending within the name ("park.mp4.mkv"); as a number ("264") it may count clips
    ending = f".{part}" in VIDEO_SUFFIXES and not part.isdigit()
    return ending or bool(_MARK.fullmatch(part)) or bool(_JAPANESE_END.fullmatch(part))


def without_marks(parts: Parts) -> Parts:
    """Empty where the parts are marks only."""
    kept = (_JAPANESE_END.sub("", part) or part for part in parts if not is_mark(part))
    return tuple(part for part in kept if part)


def is_number(part: str) -> bool:
    return bool(NUMBER.fullmatch(part))
