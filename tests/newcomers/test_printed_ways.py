"""A newcomer's way knows what README, guides and the pages for its reader print; its figures stand in the docs."""

from __future__ import annotations

import re
import shlex

import pytest
import typer

from tests.newcomers.walking import HANDS, WAYS, commands, lines
from tests.printed.commands import ROOT, on_page
from xl_vqa.cli.main import app

NAMES = sorted(path.stem for path in WAYS.glob("*.sh"))
PAGE = ROOT / "docs" / "newcomers.md"
READ = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
"""What every newcomer reads."""
BESIDES = {"engineer": ["fine-tuning.md"], "it": ["it.md", "install.md"]}
"""What these are sent to by the README."""
GROUP = typer.main.get_command(app)


def taken_apart(words: list[str]) -> tuple[str, set[str]]:
    """The command, with its sub-command, and the options that are given."""
    command, names = GROUP, []
    for word in words[1:]:
        commands_below = getattr(command, "commands", {})
        if word not in commands_below:
            break
        command = commands_below[word]
        names.append(word)
    return " ".join(names), {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}


def printed_for(way: str) -> dict[str, set[str]]:
    """Command -> the options that are printed with it, or by themselves between backticks beside it."""
    pages = READ + [ROOT / "docs" / name for name in BESIDES.get(way, [])]
    found: dict[str, set[str]] = {}
    for page in pages:
        for printed in on_page(page):
            if printed.words[0] == "xl-vqa":
                command, options = taken_apart(printed.words)
                found.setdefault(command, set()).update(options)
        for line in page.read_text(encoding="utf-8").splitlines():
            # "`xl-vqa score folder/ -o scores.xlsx` (... `--json` and `--jsonl` print it, `-q` nothing else)"
            alone = set(re.findall(r"`(--?[a-z-]+)", line))
            for command in {name for name in found if f"`xl-vqa {name} " in line}:
                found[command] |= alone
    return found


@pytest.mark.parametrize("way", NAMES)
def test_a_way_knows_what_its_reader_has_read(way: str) -> None:
    known = printed_for(way)
    for line in commands(way):
        words = shlex.split(line.partition(" > ")[0])
        if words[0] != "xl-vqa" or words[1:] == ["--version"]:
            continue
        command, options = taken_apart(words)
        assert command in known, f"nobody prints {line!r}"
        assert options <= known[command], f"nobody prints {options - known[command]} of {line!r}"


def test_what_is_no_command_of_these_pages_is_found() -> None:
    known = printed_for("cli_user")
    assert "score" in known
    assert "--decoder" not in known["score"]
    assert "team serve" not in known
    assert taken_apart(["xl-vqa", "models", "add", "x", "--name=y", "-q"]) == ("models add", {"--name", "-q"})


@pytest.mark.parametrize("way", NAMES)
def test_the_page_has_each_way_with_its_commands(way: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if f"`{way}`" in line)
    assert int(row.split("|")[3]) == len(commands(way)), row
    assert re.fullmatch(r"\d+(\.\d)?", row.split("|")[4].strip()), row


def test_everything_done_by_hand_can_be_done() -> None:
    by_hand = {line.removeprefix("#> ") for way in NAMES for line in lines(way) if line.startswith("#> ")}
    assert by_hand == set(HANDS)
