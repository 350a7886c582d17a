"""The options by which a person says how a table of ratings is to be read, for every command that reads one."""

from __future__ import annotations

from typing import Annotated

import typer

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
