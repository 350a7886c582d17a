"""Which videos are versions of one source, so that a split can keep them together.

A content is told by a column, or by the folder, or guessed from file names. A guess is always shown with its
rule and some examples, because a wrong one lets the test set leak into training.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

RULES: Final = ("auto", "column", "name", "folder", "none")

# Parts of a name that tell a version and not a source: coding settings, sizes, rates, defects and their strength.
_VERSION_PART: Final = re.compile(
    r"(?:crf|qp|cq|hrc|dist|lvl|level)[0-9]+"
    r"|[0-9]+(?:\.[0-9]+)?(?:k|kb|kbps|kbit|m|mb|mbps|mbit|p|i|fps|hz|db|pct|percent|per|%)"
    r"|[0-9]{2,5}x[0-9]{2,5}|[248]k|uhd|fhd|hd|sd|qhd|cif|qcif"
    r"|x26[45]|h\.?26[456]|hevc|avc|av1|vp[89]|vvc|mpeg[124]|prores|svtav1|xvid|divx"
    r"|ref|reference|orig|original|src|source|clean|pristine|lossless|hidden|anchor|dist|distorted|degraded"
    r"|blur|blurred|noise|noisy|jpeg|jp2k|block|blocking|banding|freeze|frozen|flicker|shake|jitter|stutter"
    r"|drop|dropped|loss|packetloss|plr|ber|dark|bright|exposure|contrast|saturation|gamma|scale|scaled"
    r"|upscaled|downscaled|interlaced|compressed|compression|enc|encoded|transcoded"
    r"|low|mid|medium|high|weak|strong|mild|severe|good|bad|fair|poor|excellent"
    r"|元|原|原画|参照|基準|劣化|圧縮|ぼかし|ぼけ|ブラー|ノイズ|弱|中|強|低|高|低画質|中画質|高画質"
    r"|低品質|高品質|加工|加工後|処理後"
)
# These count versions in one naming and sources in another ("shoot_s01 .. shoot_s80").
_COUNTER_PART: Final = re.compile(r"(?:q|lv|ver|v|rev|pvs|d|deg|str|s|n|b|t)[0-9]+")
_SEPARATORS: Final = re.compile(r"[\s_\-.~+@,=()\[\]（）【】・]+")

# Columns of a crossed design: fewer sources or more versions than this are rather numbered clips of a few shoots.
_FEWEST_SOURCES: Final = 3
_MOST_VERSIONS: Final = 40


@dataclass(frozen=True, slots=True)
class ContentPlan:
    """``contents[i]`` names the content of video i; equal names stay in one part of the split."""

    contents: tuple[str, ...]
    rule: str
    """``column``, ``folder``, ``none``, or for a guess ``name_version`` (version marks cut off), ``name_last``
    (last part of the name cut off), ``name_folder`` (names are versions, folders the sources), ``name_whole``
    (every name its own content)."""
    guessed: bool
    examples: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    """For the reader: some contents with some of their videos."""

    @property
    def groups(self) -> int:
        return len(set(self.contents))


def plan_contents(videos: Sequence[str], told: Sequence[str | None], rule: str = "auto") -> ContentPlan:
    """Contents of videos (paths or names, with / or \\), ``told`` being the content column where there is one.

    ``auto`` takes the column where any row has a content, else guesses from the names. A row without a told
    content is a content of its own under ``column``. Raises ValueError for an unknown rule.
    """
    if rule not in RULES:
        raise ValueError(f"the rule must be one of {', '.join(RULES)}, not {rule!r}")
    paths = [PurePosixPath(unicodedata.normalize("NFC", video).replace("\\", "/")) for video in videos]
    if rule == "column" or (rule == "auto" and any(told)):
        names = [content or f"{path.stem}" for content, path in zip(told, paths, strict=True)]
        return ContentPlan(tuple(names), "column", guessed=False, examples=_examples(names, paths))
    if rule == "folder":
        names = [str(path.parent) if str(path.parent) != "." else path.stem for path in paths]
        return ContentPlan(tuple(names), "folder", guessed=False, examples=_examples(names, paths))
    if rule == "none":
        return ContentPlan(tuple(str(path.with_suffix("")) for path in paths), "none", guessed=False)
    names, how = _guess(paths)
    return ContentPlan(tuple(names), how, guessed=True, examples=_examples(names, paths))


def _guess(paths: Sequence[PurePosixPath]) -> tuple[list[str], str]:
    """Groups names that differ only in their version; in doubt rather too large a group than a leak.

    1. Names that are nothing but a version ("crf28.mp4", "03.mp4") in several folders: the folder is the source.
    2. Cut off the parts that are known to tell versions (crf28, 1080p, x265, blur, 圧縮, ...), also counters
       (v1, s03) where they are the same ones over several sources.
    3. If that joins nothing, and the names look like a crossed design (many first parts, each with the same
       few last parts, as in park_1 .. park_5), cut off the last part.
    4. Otherwise every name is its own content.
    """
    whole = ["_".join(_parts(path.stem)) for path in paths]
    names = _without_running_numbers([_parts(path.stem) for path in paths])
    stems = len(set(whole))
    folders = [str(path.parent) for path in paths]
    bare = re.compile(rf"{_VERSION_PART.pattern}|{_COUNTER_PART.pattern}|[0-9]+")
    only_versions = sum(all(bare.fullmatch(part) for part in parts) for parts in names)
    if len(set(folders)) > 1 and only_versions >= 0.8 * len(paths):
        return folders, "name_folder"
    with_counters = [_without_versions(parts, counters=True) for parts in names]
    tails = ["_".join(part for part in parts if _COUNTER_PART.fullmatch(part)) for parts in names]
    if stems > len(set(with_counters)) > 1 and _repeated(tails) >= 0.5:
        return with_counters, "name_version"
    cut = [_without_versions(parts) for parts in names]
    if len(set(cut)) < stems:
        return cut, "name_version"
    heads = ["_".join(parts[:-1]) for parts in names]
    if all(heads) and _crossed(heads, [parts[-1] for parts in names]):
        return heads, "name_last"
    return whole, "name_whole"


def _parts(stem: str) -> list[str]:
    # a decimal point inside a mark ("1.5mbps", "h.264") must not split it
    text = re.sub(r"(?<=[0-9])\.(?=[0-9])|(?<=\bh)\.(?=26)", "·", stem.casefold())
    return [part.replace("·", ".") for part in _SEPARATORS.split(text) if part] or [text]


def _without_running_numbers(names: list[list[str]]) -> list[list[str]]:
    """Without the first part where that is a number of its own in every name: the place in a playlist."""
    firsts = {parts[0] for parts in names}
    if len(firsts) == len(names) > 1 and all(part.isdigit() for part in firsts) and all(len(n) > 1 for n in names):
        return [parts[1:] for parts in names]
    return names


def _is_version(part: str) -> bool:
    return bool(_VERSION_PART.fullmatch(part))


def _without_versions(parts: list[str], *, counters: bool = False) -> str:
    # the first part stays whatever it says: "src01" and "v12" are then the names of sources
    kept = [p for p in parts[1:] if not _is_version(p) and not (counters and _COUNTER_PART.fullmatch(p))]
    return "_".join([parts[0], *kept])


def _repeated(tails: Sequence[str]) -> float:
    """Share of the tails that occurs more than once; an empty one repeats nothing."""
    counts = Counter(tail for tail in tails if tail)
    return sum(n for n in counts.values() if n > 1) / max(len(tails), 1)


def _crossed(heads: Sequence[str], tails: Sequence[str]) -> bool:
    sizes = Counter(heads)
    if len(sizes) < _FEWEST_SOURCES or len(heads) / len(sizes) > _MOST_VERSIONS:
        return False
    in_groups = sum(size for size in sizes.values() if size > 1) / len(heads)
    return in_groups >= 0.8 and _repeated(tails) >= 0.8 and len(heads) / len(sizes) >= 1.8


def _examples(names: Sequence[str], paths: Sequence[PurePosixPath]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    members: dict[str, set[str]] = defaultdict(set)
    for name, path in zip(names, paths, strict=True):
        # a set: a video may stand in two rows
        members[name].add(path.name)
    largest = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))[:5]
    return tuple((name, tuple(sorted(videos)[:4])) for name, videos in largest)


def joined(contents: Sequence[str], links: Sequence[Hashable | None]) -> tuple[str, ...]:
    """Contents joined wherever two videos share a link (the same file, the same bytes); None links nothing.

    The joined content has the name of its first video's content.
    """
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while (above := parent.get(name, name)) != name:
            parent[name] = parent.get(above, above)
            name = above
        return name

    order = {name: index for index, name in reversed(list(enumerate(contents)))}
    first: dict[Hashable, str] = {}
    for content, link in zip(contents, links, strict=True):
        if link is None:
            continue
        a, b = root(first.setdefault(link, content)), root(content)
        if a != b:
            early, late = sorted((a, b), key=order.__getitem__)
            parent[late] = early
    return tuple(root(content) for content in contents)
