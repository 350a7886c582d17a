"""One soffice with the extension, one host with the stand-in model, and clips, for the whole room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.calc.office_driver import Soffice, eventually, needed
from tests.host import helpers
from xl_vqa.bridge.client import HostClient
from xl_vqa.words.settings import Settings


@dataclass
class Desk:
    """A user's desk: LibreOffice, settings, clips."""

    office: Soffice
    settings: Settings
    clips: list[Path]

    def choose_model(self, model: str) -> None:
        """As a person does in settings.toml."""
        (self.settings.home / "settings.toml").write_text(f'model = "{model}"\n')

    def client(self) -> HostClient:
        return HostClient(self.settings)

    def pending(self) -> int:
        with self.client() as client:
            state = client.status()
        return 0 if state is None else state["queued"] + state["decoding"] + state["rating"]

    def idle(self) -> None:
        eventually(lambda: self.pending() == 0)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    needed("soffice")
    folder = tmp_path_factory.mktemp("desk")
    settings = helpers.settings_for(folder / "home")
    settings.home.mkdir()
    with helpers.cleaned_up(settings):
        office = Soffice(folder, {"XL_VQA_HOME": str(settings.home)})
        made = Desk(office, settings, helpers.clips(folder / "clips", 60))
        made.choose_model("stand-in")
        office.install()
        office.start()
        try:
            yield made
        finally:
            office.stop()
