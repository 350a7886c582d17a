"""Every text of the package that stands in both languages, wherever and however it is written down."""

from __future__ import annotations

import ast
import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from tests.core.sources import trees

JAPANESE: Final = re.compile("[ぁ-んァ-ヶ一-龯]")


class Pair(NamedTuple):
    """``where`` is file and line."""

    where: str
    en: str
    ja: str


@functools.cache
def everything() -> tuple[Pair, ...]:
    return tuple(Pair(f"{name}:{line}", en, ja) for name, tree in trees().items() for line, en, ja in _pairs(tree))


def _pairs(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """``{"en": ..., "ja": ...}``, ``(en, ja)``, ``f(..., en, ja)`` and ``{en: ja}``."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Tuple, ast.List)):
            yield from _beside(node.elts)
        elif isinstance(node, ast.Call):
            yield from _beside(node.args)
        elif isinstance(node, ast.Dict):
            by_key = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if _is_text(key)}
            if {"en", "ja"} <= set(by_key):
                yield node.lineno, _text(by_key["en"]), _text(by_key["ja"])
            else:
                for key, value in zip(node.keys, node.values, strict=True):
                    yield from _beside([key, value] if key is not None else [])


def _beside(nodes: Sequence[ast.expr]) -> Iterator[tuple[int, str, str]]:
    for first, second in itertools.pairwise(nodes):
        en, ja = _text(first), _text(second)
        # RICH_HELP and the like are names of settings
        is_text = re.search("[A-Za-z]", en) and not re.fullmatch("[A-Z]+_[A-Z_]+", en)
        if is_text and not JAPANESE.search(en) and JAPANESE.search(ja):
            yield first.lineno, en, ja


def _is_text(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return str(node.value) if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
