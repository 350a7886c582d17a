"""``xl-vqa models promote|rollback|follow|history``: the versions of a model under one name."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xl_vqa.cli.tables import print_whole
from xl_vqa.words.figures import rounded


def register(models: typer.Typer) -> None:
    models.command()(promote)
    models.command()(rollback)
    models.command()(follow)
    models.command()(history)


def promote(
    folder: Annotated[Path, typer.Argument(help="Folder of a new version, as 'xl-vqa retrain' leaves it.")],
    name: Annotated[
        str | None, typer.Option("--name", help="Whose version it is; by default of the model that serves.")
    ] = None,
    new_name: Annotated[
        str | None, typer.Option("--as", help="What to call a version that comes from the starter.")
    ] = None,
) -> None:
    """Let a name mean a new version. The verdict of 'retrain' goes into the history where it lies beside.

    Sheets keep the name and their scores; the next run marks these as of the version before. Cells with formulas
    keep them, with a remark, until 'xl-vqa models follow'.
    """
    from xl_vqa.learning.current_model import current_model
    from xl_vqa.learning.texts import tr
    from xl_vqa.models.promotion import ModelLine
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    folder = folder.absolute()
    old = current_model(settings, name)
    marks, verdict = _judged(folder)
    step = ModelLine(settings).promote(
        old.name, folder, fingerprints=marks, verdict=verdict, new_name=new_name or folder.name
    )
    typer.echo(tr("now_serves", settings.language, name=step.name))


def rollback(
    name: Annotated[str | None, typer.Argument(help="A name; by default the model that serves.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why, for the history.")] = "",
) -> None:
    """Go back to the version before the last promotion, from the next rating on."""
    from xl_vqa.learning.texts import tr
    from xl_vqa.models.promotion import ModelLine
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    step = ModelLine(settings).rollback(name, reason)
    folder = step.after.adapter or step.after.model
    typer.echo(tr("rolled_back", settings.language, name=step.name, folder=folder))


def follow(
    name: Annotated[str | None, typer.Argument(help="A name; by default the model that serves.")] = None,
) -> None:
    """Let cells with formulas take the scores of the present version; until then they keep those they had."""
    from xl_vqa.learning.texts import tr
    from xl_vqa.models.promotion import ModelLine
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    typer.echo(tr("now_follows", settings.language, name=ModelLine(settings).follow(name)))


def history(
    name: Annotated[str | None, typer.Argument(help="A name; by default all.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what was promoted and rolled back, when, and by which verdict."""
    import json
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.learning.texts import tr
    from xl_vqa.models.promotion import ModelLine
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    language = settings.language
    steps = ModelLine(settings).history(name)
    if json_output:
        typer.echo(json.dumps([asdict(step) for step in steps], ensure_ascii=False, indent=1))
        return
    if not steps:
        typer.echo(tr("no_history", language))
        return
    table = Table(show_edge=False, pad_edge=False)
    for key in ("col_when", "col_name", "col_action", "fact_model", "col_verdict"):
        table.add_column(tr(key, language))
    for step in steps:
        change = step.verdict.get("change")
        judged = isinstance(change, (int, float))
        said = f"{rounded(change, 3, sign=True)} MOS" if judged else step.reason or tr("by_hand", language)
        where = step.after.adapter or step.after.model
        table.add_row(*map(Text, (step.at, step.name, tr(f"action_{step.action}", language), where, said)))
    print_whole(Console(), table)


def _judged(folder: Path) -> tuple[tuple[str, str], dict[str, object]]:
    """Both fingerprints and the verdict of the run that made ``folder``, where it lies beside."""
    import json

    from xl_vqa.learning.model_scores import known_mark
    from xl_vqa.learning.retrain import NEW_SCORES, PAGE, SUFFIX, VERDICT
    from xl_vqa.words.reasons import MALFORMED

    work = folder.with_name(folder.name + SUFFIX)
    try:
        values = json.loads((work / VERDICT).read_text(encoding="utf-8"))
        whole = values["gate"]["whole"]
        verdict: dict[str, object] = {
            "decision": values["verdict"],
            "change": whole["change"],
            "videos": whole["videos"],
            "hold_out": values["hold_out"]["fingerprint"],
            "accepted": values["accepted"],
            "page": str(work / PAGE),
        }
        return (str(values["fingerprint"]), known_mark(work / NEW_SCORES)), verdict
    except MALFORMED:
        return ("", ""), {}
