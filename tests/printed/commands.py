"""Every command that this project prints: in its pages, model cards and recipes, in messages and workbooks.

A command is what stands in a code block or between backticks on a page, and in a message whatever begins with a
program of ours. It is held against the program itself: does the command exist, its options, the number of words?
"""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

PAGES = (
    "*.md",
    "docs/**/*.md",
    "model/**/*.md",
    "model/**/*.yaml",
    "starter/*.yaml",
    "findings/*.md",
    "locks/*.txt",
    ".github/**/*.md",
)
SOURCES = ("xl_vqa/**/*.py", "starter/**/*.py", "benchmarks/**/*.py", "tools/**/*.py")

PROGRAM = re.compile(r"(\.venv[\\/](bin|Scripts)[\\/])?(xl-vqa|pip|python3?|py)(?= |$)|make(?= |$)")
# where a command in a sentence ends: a quote, a bracket's end, two spaces, the sentence's own end or next part
_END = re.compile(r"['`\"」』)\n。]|  |,? or |, |(?<!\.)\.(?= |$)")
_STARTS = re.compile(r"(?<![\w./-])(xl-vqa|make|python -m)(?= )")


@dataclass(frozen=True, slots=True)
class Printed:
    """A command as it is printed, and where."""

    where: str
    text: str

    @property
    def words(self) -> list[str]:
        """The command's words, without what stands for more of the same."""
        text = re.sub(r"\[(-[^\]]*)\]", r"\1", self.text).replace("\\", "/").replace("[", " ").replace("]", " ")
        return [word for word in shlex.split(text) if word != "..."]

    def __str__(self) -> str:
        return f"{self.where}: {self.text}"


def everything() -> list[Printed]:
    found = [one for pattern in PAGES for path in sorted(ROOT.glob(pattern)) for one in on_page(path)]
    found += [one for pattern in SOURCES for path in sorted(ROOT.glob(pattern)) for one in in_source(path)]
    return list(dict.fromkeys(found))


def on_page(path: Path) -> Iterator[Printed]:
    """In code blocks line by line (a comment's own commands, too), and between backticks; in YAML the comments."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(ROOT).as_posix()
    if path.suffix != ".md":
        yield from in_sentence(name, text)
        return
    blocks = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
    for block in blocks.findall(text):
        for line in block.splitlines():
            command, _, comment = line.partition("#")
            if PROGRAM.match(command):
                yield Printed(name, command.strip())
            yield from in_sentence(name, comment)
    for span in re.findall(r"`([^`\n]+)`", blocks.sub("", text)):
        if PROGRAM.match(span):
            yield Printed(name, span.strip())


def in_source(path: Path) -> Iterator[Printed]:
    """In every text of a module: messages, options' help, docstrings."""
    name = path.relative_to(ROOT).as_posix()
    source = path.read_text(encoding="utf-8")
    # most modules have none of the words: parsing all would be seconds
    if not re.search("xl-vqa|make|python", source):
        return
    tree = ast.parse(source)
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = (p.value if isinstance(p, ast.Constant) else "{value}" for p in node.values)
            yield from in_sentence(name, "".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield from in_sentence(name, node.value)


def in_sentence(where: str, text: str) -> Iterator[Printed]:
    for start in _STARTS.finditer(text):
        before, rest = text[: start.start()], text[start.start() :]
        if start[1] == "make" and not re.search(r"['`(「]$|[Rr]un $|Try: $", before):
            # the English verb
            continue
        end = _END.search(rest)
        command = (rest[: end.start()] if end else rest).strip().rstrip(".:;,")
        # Japanese goes on after a command without a mark
        command = re.sub(r"(?<= )[をでがはにのと].*$", "", command).strip()
        if re.match(r"xl-vqa [^a-z]|xl-vqa$", command):
            continue
        yield Printed(where, command)
