"""The parts of a video's file name, and which of them tell a version and not a source.

Coding settings, sizes, rates, defects, takes, copies, dates and languages are marks of a version. Words that
every camera or download folder writes ("IMG", "clip", "video") name nothing by themselves: the number behind
them does.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from xl_vqa.video_names import VIDEO_SUFFIXES

Parts = tuple[str, ...]

# Marks that are whole by themselves.
_MARK: Final = re.compile(
    # settings with their number, numbers with their unit, sizes
    r"(?:crf|c?qp|cq|hrc|dist|dst|lvl|level|take|tk|ver|version|v|rev|pass|seed|gop|cam|camera|copy|plr|br)[0-9]+"
    r"|[0-9]+(?:\.[0-9]+)?(?:k|kb|kbps|kbit|m|mb|mbps|mbit|p|i|fps|hz|db|pct|percent|per|%|bit|bits|le)"
    r"|[0-9]{2,5}x[0-9]{2,5}(?:p[0-9]*)?|[248]k|uhd|fhd|wqhd|hd|sd|qhd|cif|qcif|hdr|hdr10|sdr|hlg|pq"
    r"|yuv4[0-9]{2}p?(?:[0-9]+le)?|cam(?:era)?[a-h]|カメラ[0-9a-h]+|(?:テイク|コピー)[0-9]+|第?[0-9]+版"
    # coders, presets
    r"|x26[456]|h26[456]|hevc|avc|av1|vp[89]|vvc|mpeg[124]|prores|svtav1|libaom|nvenc|xvid|divx"
    r"|ultrafast|superfast|veryfast|faster|fast|medium|slow|slower|veryslow|placebo|baseline|preset"
    # the state of the work, copies and languages
    r"|ref|reference|org|orig|original|src|source|clean|pristine|lossless|hidden|anchor|dist|dst|distorted"
    r"|degraded|final|draft|master|copy|edit|edited|fixed|new|old|proxy|preview"
    r"|en|eng|english|ja|jp|jpn|japanese|zh|zho|chinese|ko|kor|korean|fr|de|es"
    # defects and their strength
    r"|blur|blurred|blurry|noise|noisy|jpeg|jp2k|block|blocking|blocky|banding|freeze|frozen|flicker|shake|shaky"
    r"|jitter|judder|stutter|ringing|grain|defocus|drop|dropped|packet|packets|loss|lossy|packetloss|plr|ber|rate"
    r"|bitrate|dark|bright|exposure|contrast|saturation|gamma|scale|scaled|rescaled|resized|upscale|upscaled"
    r"|downscale|downscaled|interlaced|compressed|compression|enc|encoded|transcoded"
    r"|low|mid|high|weak|strong|mild|severe|good|bad|fair|poor|excellent"
    r"|元|原|参照|基準|弱|中|強|低|高|新|旧|英語|日本語|最終|確定|修正|加工"
)
# Japanese is written without gaps: these are cut off the end of a part as well ("桜低画質", "会議のコピー").
_JAPANESE_END: Final = re.compile(
    r"(?:の?コピー|低画質|中画質|高画質|低品質|中品質|高品質|低ビットレート|高ビットレート|圧縮|劣化|ぼかし|ぼけ|ブラー"
    r"|ノイズ|原画|元動画|加工後|処理後|修正版|最終版|完成版|確定版|字幕|テイク[0-9]+|カメラ[0-9]+)+$"
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


def name_parts(stem: str) -> Parts:
    """The parts of a name without its ending, in small letters and plain digits; a date is one number."""
    text = unicodedata.normalize("NFKC", stem).casefold()
    text = re.sub(r"^copy of\s+", "", text)
    text = _DATE.sub(lambda date: re.sub("[^0-9]", "", date.group()), text)
    text = re.sub(r"(?<![a-z0-9])([hx])[. ]?(26[456])(?![0-9])", r"\1\2", text)
    # a decimal point inside a mark ("1.5mbps") must not split it
    text = re.sub(r"(?<=[0-9])\.(?=[0-9])", "·", text)
    parts = [part.replace("·", ".") for part in _SEPARATORS.split(text) if part] or [text]
    return _with_their_numbers(parts)


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
