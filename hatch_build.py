"""Puts the shipped model, clips and template workbooks into the wheel, and its version.

An editable install reads them from the checkout instead, so it must not carry a copy that goes stale.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_VERSION_FILE: Final = "xl_vqa/_version.py"


class ShippedFiles(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            for name in ("starter", "demo_clips", "recipes"):
                build_data["force_include"][f"model/{name}"] = f"xl_vqa/_shipped/{name}"
            build_data["force_include"]["workbook_templates"] = "xl_vqa/_shipped/workbook_templates"
            build_data["force_include"][self._with_version()] = _VERSION_FILE

    def _with_version(self) -> str:
        """The file that says the version, with this build's: the checkout's own is not touched."""
        text = Path(self.root, _VERSION_FILE).read_text(encoding="utf-8")
        said = re.sub("(?m)^(VERSION.* = ).*$", rf'\g<1>"{self.metadata.version}"', text)
        self._folder = tempfile.TemporaryDirectory()
        written = Path(self._folder.name, "version.py")
        written.write_text(said, encoding="utf-8", newline="\n")
        return str(written)
