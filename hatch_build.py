"""Puts the shipped model, clips and template workbooks into the wheel.

An editable install reads them from the checkout instead, so it must not carry a copy that goes stale.
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFiles(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version != "editable":
            for name in ("starter", "demo_clips", "recipes"):
                build_data["force_include"][f"model/{name}"] = f"xl_vqa/_shipped/{name}"
            build_data["force_include"]["workbook_templates"] = "xl_vqa/_shipped/workbook_templates"
