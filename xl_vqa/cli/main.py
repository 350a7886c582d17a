"""The command ``xl-vqa``: collects the commands and turns errors into one sentence and an exit status.

Exit status: 0 all went well; 1 it ran, but some rows are errors; 2 it could not run; 130 stopped by the user;
141 whoever read its output had enough (``| head``), as of any program that a closed pipe ends.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xl_vqa import __version__, plug_ins
from xl_vqa.cli.front_end_plug_ins import plug_in
from xl_vqa.cli.texts import tr
from xl_vqa.cli.usage import equip, speak
from xl_vqa.packages import as_missing
from xl_vqa.words.errors import XlVqaError
from xl_vqa.words.messages import phrase
from xl_vqa.words.reasons import why_unwritten

if TYPE_CHECKING:
    from xl_vqa.training.compare import ReadTask

READER_GONE: Final = 141
"""128 and the number of SIGPIPE. The signal itself would also end a command whose host closes a connection."""

# One module per command, in the order of the help page.
COMMANDS: Final = (
    "score",
    "why",
    "score_workbook",
    "workbook",
    "report",
    "inspect",
    "check_videos",
    "labels",
    "evaluate",
    "calibrate",
    "monitor",
    "compare",
    "train",
    "retrain",
    "models",
    "settings",
    "install",
    "addin",
    "calc",
    "host",
    "team",
    "store",
    "forget",
    "doctor",
    "demo",
)

app = typer.Typer(
    name="xl-vqa",
    help="Video quality scores from a vision-language model, on your own machine.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"xl-vqa {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version


for _name in COMMANDS:
    importlib.import_module(f"xl_vqa.cli.{_name}").register(app)
plug_ins.use_all(plug_ins.FRONT_ENDS, plug_in(app))
equip(app)


def main(tasks: Mapping[str, ReadTask] | None = None, name: str = "xl-vqa") -> None:
    """Entry point of the console script. ``tasks`` are what 'compare' and 'labels search' can learn from, by name,
    beside a recipe (``xl_vqa.training.compare``); ``name`` is what the program was called by.
    """
    try:
        _answer(tasks, name)
    except SystemExit as ended:
        connect = sys.modules.get("xl_vqa.cluster.connect")
        # Typer and Rich end with 1 where they meet it
        code = READER_GONE if isinstance(ended.__context__, BrokenPipeError) else ended.code
        if connect is not None and connect.left_behind():
            # Ray's threads, which wait for a cluster that is gone, would crash what takes a process down in order
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else int(code is not None))
        raise SystemExit(code) from ended


def _answer(tasks: Mapping[str, ReadTask] | None, name: str) -> None:
    for closed in ("stdout", "stderr"):
        # without a terminal, or closed by whoever started it (>&-)
        if getattr(sys, closed) is None:
            setattr(sys, closed, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - until the end
    for stream in (sys.stdout, sys.stderr):
        # a Windows console in a legacy code page must not fail on a Japanese path
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    speak(_language())
    _hush_libraries()
    try:
        try:
            app(prog_name=name, obj=tasks)
        finally:
            # else Python says at the very end, in its own words, what could not be written
            sys.stdout.flush()
    except XlVqaError as error:
        typer.echo(error.message(_language()), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        _say_no_more()
        sys.exit(READER_GONE)
    except (ImportError, OSError) as error:
        missing = as_missing(error)
        if missing is not None:
            typer.echo(missing.message(_language()), err=True)
        elif isinstance(error, OSError) and error.filename is None and _output_is_lost():
            why = phrase(why_unwritten(error), _language())
            typer.echo(tr("output_lost", _language(), why=why), err=True)
        else:
            raise
        sys.exit(2)


def _hush_libraries() -> None:
    """What libraries advise on their own account, of packages that nobody here needs."""
    # transformers loads it where it is there; said on processors with bfloat16
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)


def _output_is_lost() -> bool:
    """Whether the standard output takes nothing more, as with a full disk behind ``>``."""
    try:
        sys.stdout.write("\n")
        sys.stdout.flush()
    except OSError:
        _say_no_more()
        return True
    return False


def _say_no_more() -> None:
    # Python flushes once more at the end
    sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _language() -> str:
    from xl_vqa.words.settings import language_anyhow

    return language_anyhow()


if __name__ == "__main__":
    main()
