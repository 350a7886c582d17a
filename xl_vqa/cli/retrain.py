"""``xl-vqa retrain -o FOLDER``: learns collected corrections from the present model on, and lets a gate decide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from xl_vqa.shell import typed

if TYPE_CHECKING:
    from rich.console import Console

    from xl_vqa.learning.gate import Verdict
    from xl_vqa.learning.retrain import Prepared, RetrainOptions
    from xl_vqa.words.settings import Settings


def register(app: typer.Typer) -> None:
    app.command("retrain")(retrain)


def retrain(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the new version; it must not exist yet.")
    ],
    hold_out: Annotated[
        Path | None,
        typer.Option(
            "--hold-out", help="What 'xl-vqa labels hold-out' fixed; by default that of the data folder."
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="A name from 'xl-vqa models list'; by default what serves.")
    ] = None,
    name: Annotated[
        str | None, typer.Option("--name", help="What to call the first version that comes from the starter.")
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", help="Manifest of what was learned before; by default the model's own."),
    ] = None,
    no_replay: Annotated[
        bool, typer.Option("--no-replay", help="Learn the new labels alone; much is forgotten.")
    ] = False,
    mix: Annotated[
        float, typer.Option("--mix", min=0.0, max=0.95, help="Share of the replay among what is learned.")
    ] = 0.5,
    accept: Annotated[
        list[str] | None,
        typer.Option("--accept", help="A kind of finding that you looked at and let through; may be repeated."),
    ] = None,
    leave_out_overlap: Annotated[
        bool, typer.Option("--leave-out-overlap", help="Leave out corrections of videos of the hold-out.")
    ] = False,
    margin: Annotated[
        float, typer.Option("--margin", min=0.0, help="MOS that a part of the videos may get worse by.")
    ] = 0.1,
    no_promote: Annotated[
        bool, typer.Option("--no-promote", help="Judge, and leave the present model in its place.")
    ] = False,
    changes: Annotated[
        list[str] | None, typer.Option("--set", help="Change one value of the recipe: --set epochs=2.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Look at the labels and stop before training.")] = False,
    json_output: Annotated[bool, typer.Option("--json", help="Print the verdict as JSON.")] = False,
) -> None:
    """Fine-tune from the present model on with collected corrections and a replay; a gate decides what serves.

    The labels are looked at first: what is shifted, turned round, shuffled, constant or of one source is refused
    by name and row. Both models then rate the hold-out. The verdict lies in FOLDER.retrain as a page and as JSON.
    Exit status: 0 promoted, or fit to be; 1 the labels were refused or the gate said no; 2 it could not run.
    """
    import yaml
    from rich.console import Console

    from xl_vqa.cli.usage import UsageError
    from xl_vqa.learning.hold_out import default_file
    from xl_vqa.learning.retrain import RetrainOptions
    from xl_vqa.learning.screening import KINDS
    from xl_vqa.vlm.threads import wait_patiently
    from xl_vqa.words.settings import Settings

    settings = Settings.load()
    unknown = [kind for kind in accept or [] if kind not in KINDS]
    if unknown:
        raise typer.BadParameter(f"{unknown[0]}: {', '.join(KINDS)}", param_hint="--accept")
    values: dict[str, Any] = {}
    for change in changes or []:
        key, equals, value = change.partition("=")
        if not equals:
            raise typer.BadParameter(f"{change}: KEY=VALUE", param_hint="--set")
        values[key.strip()] = yaml.safe_load(value)
    if no_replay and replay is not None:
        raise UsageError("--replay, --no-replay")
    options = RetrainOptions(
        output=output.absolute(),
        hold_out=hold_out or default_file(settings),
        name=model,
        replay=replay,
        without_replay=no_replay,
        share=mix,
        accept=frozenset(accept or ()),
        leave_out_overlap=leave_out_overlap,
        margin=margin,
        changes=values,
    )
    wait_patiently()
    console = Console(stderr=True, soft_wrap=True)
    how = {"resume": resume, "check": check, "no_promote": no_promote, "as_json": json_output}
    raise typer.Exit(_run(settings, options, console, name=name, **how))


def _run(
    settings: Settings,
    options: RetrainOptions,
    console: Console,
    *,
    name: str | None,
    resume: bool,
    check: bool,
    no_promote: bool,
    as_json: bool,
) -> int:
    from xl_vqa.cli.training_progress import training_progress
    from xl_vqa.learning import retrain as learning
    from xl_vqa.learning.texts import tr

    language = settings.language
    try:
        with training_progress(console, language) as told:
            prepared = (
                learning.resumed(settings, options)
                if resume
                else learning.prepare(settings, options, told.stage, begins=not check)
            )
        _say_left_out(prepared, console, language)
        if prepared.refused:
            return _refuse(prepared, settings, console, as_json=as_json)
        looked = {key: prepared.plan[key] for key in ("labels", "new", "replayed")}
        console.print(tr("looked_at", language, **looked), markup=False, highlight=False)
        if check:
            return 0
        with training_progress(console, language) as told:
            learning.train(prepared, told.stage, told.epoch)
            verdict, mark = learning.gate(settings, prepared, told.stage)
    except KeyboardInterrupt:
        if (options.work / learning.PLAN).exists():
            console.print(tr("stopped", language, typed=typed(options.output)), markup=False, highlight=False)
        raise
    _say_verdict(prepared, verdict, settings, console, as_json=as_json)
    if verdict.decision != "promoted":
        return 1
    if no_promote:
        console.print(tr("kept_back", language, typed=typed(options.output)), markup=False, highlight=False)
        return 0
    from xl_vqa.models.promotion import ModelLine

    marks = prepared.plan["fingerprint"], mark
    step = ModelLine(settings).promote(
        prepared.current.name,
        options.output,
        fingerprints=marks,
        verdict=short_verdict(prepared, verdict),
        new_name=name or options.output.name,
    )
    console.print(tr("now_serves", language, name=step.name), markup=False, highlight=False)
    return 0


def short_verdict(prepared: Prepared, verdict: Verdict) -> dict[str, Any]:
    """What the history of a model keeps of a verdict."""
    from xl_vqa.learning.retrain import PAGE

    return {
        "decision": verdict.decision,
        "change": verdict.whole.change,
        "videos": verdict.whole.videos,
        "hold_out": prepared.plan["hold_out"]["fingerprint"],
        "accepted": prepared.plan["accepted"],
        "page": str(prepared.options.work / PAGE),
    }


def _refuse(prepared: Prepared, settings: Settings, console: Console, *, as_json: bool) -> int:
    from xl_vqa.learning.report import decision, finding, row_names
    from xl_vqa.learning.texts import tr

    language = settings.language
    if not as_json:
        console.print(decision(None, prepared.current.name, language), style="bold", markup=False)
    for one in prepared.plan["findings"]:
        if one["kind"] in prepared.refused:
            console.print(f"! {finding(one, language)}", style="yellow", markup=False, highlight=False)
            rows = row_names(one["rows"], language)
            console.print(f"  {tr('rows', language)}: {rows}", markup=False, highlight=False)
    allowed = " ".join(f"--accept {kind}" for kind in prepared.refused)
    console.print(tr("accept_next", language, options=allowed), markup=False, highlight=False)
    _write(prepared, None, settings, console, as_json=as_json)
    return 1


def _say_verdict(
    prepared: Prepared, verdict: Verdict, settings: Settings, console: Console, *, as_json: bool
) -> None:
    from rich.console import Console as Screen
    from rich.table import Table
    from rich.text import Text

    from xl_vqa.cli.tables import print_whole
    from xl_vqa.learning import report

    language = settings.language
    if not as_json:
        screen = Screen()
        screen.print(Text(report.decision(verdict, prepared.current.name, language), style="bold"), soft_wrap=True)
        for line in report.reasons(verdict, language):
            screen.print(Text(f"! {line}", style="yellow"), soft_wrap=True)
        table = Table(show_edge=False, pad_edge=False)
        for place, title in enumerate(report.part_head(language)):
            table.add_column(title, justify="right" if 0 < place < 8 else "left")
        for row in report.part_rows(verdict, language):
            table.add_row(*map(Text, row))
        print_whole(screen, table)
    _write(prepared, verdict, settings, console, as_json=as_json)


def _write(
    prepared: Prepared, verdict: Verdict | None, settings: Settings, console: Console, *, as_json: bool
) -> None:
    """The verdict as a page and as JSON, which is printed too where it was asked for."""
    import json

    from xl_vqa.learning import report
    from xl_vqa.learning.retrain import PAGE, VERDICT
    from xl_vqa.learning.texts import tr
    from xl_vqa.outputs import write_output

    values = report.as_dict(prepared.plan, verdict, prepared.refused)
    text = json.dumps(values, ensure_ascii=False, indent=1)
    page = report.verdict_html(prepared.plan, verdict, prepared.refused, settings.language)
    work = prepared.options.work
    write_output(work / VERDICT, f"{text}\n".encode("utf-8", "replace"), parents=True)
    write_output(work / PAGE, page.encode("utf-8", "replace"), parents=True)
    if as_json:
        typer.echo(text)
    console.print(tr("written", settings.language, path=work / PAGE), markup=False, highlight=False)


def _say_left_out(prepared: Prepared, console: Console, language: str) -> None:
    for error in prepared.left_out:
        console.print(error.message(language), style="yellow", markup=False, highlight=False)
