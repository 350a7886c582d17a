"""The options by which a person says how a table of ratings is to be read, for every command that reads one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xl_vqa.datasets.errors import RatingsOptionError
from xl_vqa.words.reasons import because

VideoColumn = Annotated[
    str | None, typer.Option("--video-column", help="Header or letter of the column with the videos.")
]
ScoreColumns = Annotated[
    list[str] | None,
    typer.Option("--score-column", help="Header or letter of a column with scores; may be repeated."),
]
ContentColumn = Annotated[
    str | None, typer.Option("--content-column", help="Header or letter of the column that names the source.")
]
ContentBy = Annotated[
    str,
    typer.Option("--content-by", help="What tells versions of one source: auto, column, name, folder or none."),
]
Dimension = Annotated[
    str | None, typer.Option("--dimension", help="The quality to take, where several were rated.")
]
Form = Annotated[
    str | None,
    typer.Option("--form", help="wide, long, mos, votes or transposed, where the table is misunderstood."),
]
LowerIsBetter = Annotated[
    bool | None, typer.Option("--lower-is-better/--higher-is-better", help="Which way the scores run.")
]
Map = Annotated[
    str | None, typer.Option("--map", help='What marks or words are worth: "◎=5,○=4"; "x=" is no score.')
]


def parse_map(ratings: Path, text: str | None) -> dict[str, float | None]:
    """Raises RatingsOptionError for a map that is none."""
    from xl_vqa.datasets.scores import parse_mapping

    try:
        return parse_mapping(text) if text is not None else {}
    except ValueError as error:
        raise RatingsOptionError(path=str(ratings), source="--map", problem=because(error)) from error
