"""Every place where something of ours lies for this user: for ``xl-vqa forget --all``."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from xl_vqa.words.errors import XlVqaError

if TYPE_CHECKING:
    from xl_vqa.calc.install import Office
    from xl_vqa.words.settings import Settings


@dataclass(slots=True)
class Traces:
    """Of one user. ``kept`` stays because somebody asked for it."""

    settings: Settings
    home: list[Path] = field(default_factory=list)
    """In the data folder; it goes itself where nothing else is in it."""
    elsewhere: list[Path] = field(default_factory=list)
    """Files and folders of ours in other places."""
    addins: list[Path] = field(default_factory=list)
    """Of Excel."""
    office: Office | None = None
    """A LibreOffice that has our extension."""

    @property
    def all(self) -> list[Path]:
        return [*self.home, *self.addins, *self.elsewhere]


def find_traces(settings: Settings, *, keep_settings: bool = False) -> Traces:
    """What is there now. With ``keep_settings`` what the user chose stays, and the add-ins with it."""
    from xl_vqa.excel.install import Places
    from xl_vqa.host.forgetting import ours
    from xl_vqa.team.serve import clips_folder
    from xl_vqa.team.setup import TeamSetup
    from xl_vqa.training.cache import cache_folder

    found = Traces(settings, home=ours(settings, own_settings=not keep_settings))
    clips = settings.home.with_name(f"{settings.home.name}-clips")
    with contextlib.suppress(XlVqaError):
        clips = clips_folder(settings, TeamSetup.load(settings.home))
    found.elsewhere = [path for path in (clips, cache_folder("x").parent) if _is_there(path, settings.home)]
    if not keep_settings:
        places = Places.of()
        found.addins = [path for path in (places.addin, places.config) if os.path.lexists(path)]
        found.office = _office()
    return found


def remove_traces(found: Traces, *, keep_settings: bool) -> Iterator[tuple[Path | str, bool]]:
    """Removes them; what each was, and whether it is gone. No host may run.

    Raises InstallError or CalcInstallError where a program holds its add-in: it is to be closed first.
    """
    from xl_vqa.host.forgetting import forget_all

    if found.addins:
        from xl_vqa.excel.install import Places, uninstall

        for path in uninstall(Places.of()):
            yield path, True
    if found.office is not None:
        from xl_vqa.calc.install import uninstall as uninstall_extension

        yield "LibreOffice", uninstall_extension(found.office)
    report = forget_all(found.settings, own_settings=not keep_settings)
    for path in found.elsewhere:
        shutil.rmtree(path, ignore_errors=True)
        yield path, not path.exists()
    for path in report.files:
        yield path, True
    for path in report.left:
        yield path, False


def _is_there(path: Path, home: Path) -> bool:
    # on Windows the cache lies in the data folder
    return path.is_dir() and path != home and home not in path.parents


def _office() -> Office | None:
    """Not one for all users of the machine: that is their administrator's."""
    from xl_vqa.calc.install import Office, find_unopkg, is_installed

    with contextlib.suppress(XlVqaError, OSError):
        office = Office(find_unopkg())
        if not office.shared and is_installed(office):
            return office
    return None
