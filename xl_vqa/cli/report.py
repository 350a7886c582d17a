"""``xl-vqa report FILE -o report.pdf``: a template workbook's pages for those who do not open workbooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xl_vqa.cli.texts import tr


def register(app: typer.Typer) -> None:
    app.command("report")(report)


def report(
    workbook: Annotated[Path, typer.Argument(help="A workbook made by 'xl-vqa workbook new'.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The .pdf or .html file to write.")],
) -> None:
    """Write a workbook's figures as PDF (through LibreOffice) or as one HTML page."""
    import warnings

    from rich.console import Console
    from rich.text import Text

    from xl_vqa.outputs import HTML, check_ending, check_writable, write_output
    from xl_vqa.words.settings import Settings
    from xl_vqa.workbooks.templates.report import pdf
    from xl_vqa.workbooks.templates.report_html import html_report

    language = Settings.load().language
    check_ending(output, ".pdf", *HTML)
    check_writable(output)
    with Console(stderr=True).status(Text(str(workbook))), warnings.catch_warnings():
        # openpyxl warns of what it would not write back; nothing is written back
        warnings.simplefilter("ignore", UserWarning)
        if output.suffix.lower() == ".pdf":
            content = pdf(workbook)
        else:
            content = html_report(workbook, language, tr("report_stored", language)).encode("utf-8", "replace")
    write_output(output, content)
    Console().print(tr("written", language, path=output), soft_wrap=True, markup=False)
