"""Excel's Python process stays small: what the add-in starts, started here."""

from __future__ import annotations

import json
import subprocess
import sys

from xl_vqa.excel import install, xlwings_module

PRELUDE = "import sys, os;from xl_vqa.excel.light import keep_light;keep_light();import xlwings.utils;"
LOADED = "import json;print(json.dumps([name for name, module in sys.modules.items() if module]))"


def loaded_after(code: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"{code}\n{LOADED}"], capture_output=True, text=True, check=True
    )
    return {name.partition(".")[0] for name in json.loads(done.stdout)}


def test_the_addin_starts_it_with_these_words() -> None:
    source = xlwings_module.xlwings_module()
    start, end = PRELUDE.split("keep_light();")
    assert f"{start}keep_light();" in source
    assert end in source


def test_no_model_library_and_no_table_library_is_loaded() -> None:
    loaded = loaded_after(PRELUDE + "import xlwings; import xl_vqa.excel.udf, xl_vqa.excel.macros")
    assert "xlwings" in loaded
    assert not loaded & {
        "torch",
        "transformers",
        "pandas",
        "numpy",
        "matplotlib",
        "decord",
        "av",
        "fastapi",
        "typer",
    }


def test_our_own_modules_bring_no_heavy_one_even_without_the_prelude() -> None:
    ours = loaded_after(
        "import sys; import xl_vqa.worksheet.evaluate, xl_vqa.sheets.scoring, xl_vqa.sheets.writing"
    )
    assert not ours & {"torch", "transformers", "pandas", "numpy", "xlwings", "openpyxl", "lxml"}


def test_the_check_of_the_installation_looks_at_the_same() -> None:
    assert "keep_light()" in install._LIGHT
    assert "xl_vqa.excel.udf" in install._LIGHT
