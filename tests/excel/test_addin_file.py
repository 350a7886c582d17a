"""The built .xlam: deterministic, whole, readable by independent tools."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from oletools.olevba import VBA_Parser

from xl_vqa.excel import addin, macros, ribbon_texts, xlwings_module
from xl_vqa.words.errors import AddinError, OutputNotWritableError
from xl_vqa.worksheet.functions import FUNCTIONS


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return addin.write(tmp_path_factory.mktemp("addin") / "deeper" / addin.NAME)


def test_the_same_texts_give_the_same_bytes_in_every_process(built: Path) -> None:
    code = "import sys; from xl_vqa.excel.addin import build; sys.stdout.buffer.write(build())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env={"TZ": "Asia/Tokyo"})
    assert other.stdout == built.read_bytes()


def test_olevba_reads_every_module_as_it_was_written(built: Path) -> None:
    parser = VBA_Parser(str(built))
    read = {name.rpartition(".")[0]: code for _, _, name, code in parser.extract_macros()}
    sources = addin.sources()
    assert set(read) == {*sources, "Sheet1"}
    for name, source in sources.items():
        lines = [line for line in source.splitlines() if line and not line.startswith("Attribute")]
        found = [line for line in read[name].splitlines() if line and not line.startswith("Attribute")]
        assert found == lines
    # a stomped or compiled project would show other code than it runs
    assert not parser.detect_vba_stomping()
    parser.close()


def test_pyopenvba_finds_nothing_wrong(built: Path) -> None:
    from pyopenvba import check_file

    report = check_file(built)
    assert report.issues == ()
    assert report.complete


def test_every_part_is_well_formed_typed_and_reached(built: Path) -> None:
    with zipfile.ZipFile(built) as package:
        names = package.namelist()
        assert package.testzip() is None
        xml = {name: etree.fromstring(package.read(name)) for name in names if not name.endswith(".bin")}
    assert names[0] == "[Content_Types].xml"
    types = {item.get("PartName") or item.get("Extension") for item in xml["[Content_Types].xml"]}
    assert all(f"/{name}" in types or name.rpartition(".")[2] in types for name in names)
    targets = [item.get("Target") for item in xml["_rels/.rels"]]
    assert addin.RIBBON_PART in targets
    assert len(targets) == len(set(targets))
    names_of_relations = [item.get("Id") for item in xml["_rels/.rels"]]
    assert len(names_of_relations) == len(set(names_of_relations))


def test_the_hidden_sheet_holds_every_text_in_both_languages(built: Path) -> None:
    with zipfile.ZipFile(built) as package:
        sheet = etree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    rows = [
        tuple("".join(cell.itertext()) for cell in row.iterfind("m:c", space))
        for row in sheet.iterfind(".//m:row", space)
    ]
    assert rows == ribbon_texts.table()
    assert all(english and japanese and english != japanese for _, english, japanese in rows)


def test_help_fits_into_the_function_wizard() -> None:
    """Excel cuts or refuses descriptions of more than 255 characters."""
    for function in FUNCTIONS:
        for words in (function.help, *(argument.help for argument in function.arguments)):
            assert len(words.en) <= 255
            assert len(words.ja) <= 255


def test_vba_is_ascii() -> None:
    for name, source in addin.sources().items():
        assert source.isascii(), name
        assert max(map(len, source.splitlines())) < 1023  # the editor's longest line


RIBBON = {"c": "http://schemas.microsoft.com/office/2009/07/customui"}
# [MS-CUSTOMUI2]: what each element may hold and carry; only what is used here
CHILDREN = {
    "customUI": {"ribbon"}, "ribbon": {"tabs"}, "tabs": {"tab"}, "tab": {"group"},
    "group": {"splitButton", "button"}, "splitButton": {"button", "menu"}, "menu": {"button"}, "button": set(),
}  # fmt: skip
ATTRIBUTES = {
    "customUI": set(), "ribbon": set(), "tabs": set(),
    "tab": {"id", "getLabel", "insertAfterMso"}, "group": {"id", "getLabel"}, "splitButton": {"id", "size"},
    "menu": {"id", "itemSize"},
    "button": {
        "id", "tag", "size", "imageMso", "getLabel", "getScreentip", "getSupertip", "getDescription", "onAction",
    },
}  # fmt: skip


def elements() -> list[Any]:
    return list(etree.fromstring(addin.ribbon()).iter())


def test_the_ribbon_keeps_the_documented_rules() -> None:
    """Microsoft's schema comes with no package that may be had here; these are its rules as documented."""
    ids = [element.get("id") for element in elements() if element.get("id")]
    assert len(ids) == len(set(ids))
    for element in elements():
        name = etree.QName(element).localname
        assert etree.QName(element).namespace == RIBBON["c"]
        assert set(element.attrib) <= ATTRIBUTES[name]
        assert {etree.QName(child).localname for child in element} <= CHILDREN[name]
        assert all(len(value) <= 1024 for value in element.attrib.values())
        parent = element.getparent()
        in_menu = parent is not None and etree.QName(parent).localname in ("menu", "splitButton")
        # size belongs to a group's controls, a description to the large items of a menu
        assert not (in_menu and element.get("size"))
        if element.get("getDescription"):
            assert etree.QName(parent).localname == "menu"
    for split in etree.fromstring(addin.ribbon()).iterfind(".//c:splitButton", RIBBON):
        assert [etree.QName(child).localname for child in split] == ["button", "menu"]


def test_every_button_has_a_command_and_every_command_a_button() -> None:
    tags = {element.get("tag") for element in elements() if element.get("tag")}
    assert tags == set(macros.COMMANDS)


def test_every_control_has_its_texts_and_every_callback_its_code() -> None:
    source = "".join(addin.sources().values())
    for element in elements():
        if element.get("getLabel"):
            assert element.get("id") in ribbon_texts.RIBBON
        if element.get("getSupertip") or element.get("getDescription"):
            assert f"{element.get('id')}_tip" in ribbon_texts.RIBBON
        for name in ("getLabel", "getScreentip", "getSupertip", "getDescription", "onAction"):
            if element.get(name):
                assert f"Sub {element.get(name)}(control As IRibbonControl" in source


def test_a_workbook_cannot_choose_the_program_that_a_formula_starts() -> None:
    source = xlwings_module.xlwings_module()
    config = source[source.index("Function GetConfig(") : source.index("Function SaveConfigToFile")]
    assert "SheetExists(ActiveWorkbook" not in config
    assert 'Or source = "directory"' not in config
    command = source[source.index("Function XLPyCommand") : source.index("Private Sub XLPyLoadDLL")]
    assert "ActiveWorkbook.FullName" not in command
    assert "keep_light()" in command
    assert 'PROJECT_NAME As String = "xl_vqa"' in source


def test_an_unknown_xlwings_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlwings_module, "CHANGES", (("no such line", "", 1),))
    with pytest.raises(AddinError, match="not known"):
        addin.build()


def test_a_locked_target_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / addin.NAME).mkdir()
    with pytest.raises(OutputNotWritableError):
        addin.write(tmp_path / addin.NAME)
    assert [file.name for file in tmp_path.iterdir()] == [addin.NAME]


def test_a_module_with_other_letters_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addin, "wrappers", lambda: "' 日本語")
    with pytest.raises(AddinError, match="ASCII"):
        addin.sources()


def test_nothing_of_this_machine_is_in_the_file(built: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(built.read_bytes())) as package:
        for name in package.namelist():
            data = package.read(name)
            assert str(Path(sys.prefix)).encode() not in data
            assert str(Path(addin.__file__).parents[2]).encode() not in data
            assert str(built.parent).encode() not in data
            assert b"lastModifiedBy" not in data
