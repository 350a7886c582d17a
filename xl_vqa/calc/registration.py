"""The files by which LibreOffice learns what the extension holds: types, components, menus, jobs. Pure.

A raw .idl needs no SDK. Components are registered passively (a ``.components`` file): an active
``uno-component;type=Python`` fails where the extension is installed for all users.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from xl_vqa.calc import names
from xl_vqa.calc.commands import COMMANDS, MENU_TITLE, SEPARATOR, Command
from xl_vqa.words.versions import in_numbers
from xl_vqa.worksheet.functions import Function

_OOR: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"'
    ' xmlns:xs="http://www.w3.org/2001/XMLSchema" oor:package="org.openoffice.Office{package}"'
    ' oor:name="{name}">\n{body}</oor:component-data>\n'
)
_CALC: Final = "com.sun.star.sheet.SpreadsheetDocument"


def idl(functions: Sequence[Function]) -> str:
    """The interface of the worksheet functions as UNOIDL source.

    The first parameter is filled by Calc with the document that asks, so that relative paths have a base.
    Every argument is ``any``: a text, a number, or a range as rows of cells; one left out is void. What the host
    is asked for is a volatile result. What is computed here is rows of cells, and its type must say so: rows
    within an ``any`` reach Calc only from an event.
    """
    lines = []
    for function in functions:
        parameters = ["[in] com::sun::star::beans::XPropertySet document"]
        parameters += [f"[in] any argument{n + 1}" for n in range(len(function.arguments))]
        kind = "any" if function.asks_host else "sequence< sequence<any> >"
        lines.append(f"        {kind} {names.method(function.name)}({', '.join(parameters)});")
    interface = names.FUNCTIONS_INTERFACE.rpartition(".")[2]
    return (
        "module org {\n  module xlvqa {\n"
        f"    interface {interface} {{\n" + "\n".join(lines) + "\n    };\n"
        "  };\n};\n"
    )


def components() -> str:
    """Which Python file implements which service."""
    services = {
        f"{names.FUNCTIONS_SERVICE}.python": (names.FUNCTIONS_SERVICE, "com.sun.star.sheet.AddIn"),
        f"{names.COMMANDS_SERVICE}.python": (names.COMMANDS_SERVICE, "com.sun.star.frame.ProtocolHandler"),
        f"{names.JOB_SERVICE}.python": (names.JOB_SERVICE, "com.sun.star.task.Job"),
    }
    body = "".join(
        f"    <implementation name={quoteattr(name)}>\n"
        + "".join(f"      <service name={quoteattr(service)}/>\n" for service in offered)
        + "    </implementation>\n"
        for name, offered in services.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<components xmlns="http://openoffice.org/2010/uno-components">\n'
        '  <component loader="com.sun.star.loader.Python" uri="python/component.py">\n'
        f"{body}  </component>\n</components>\n"
    )


def manifest(configurations: Sequence[str]) -> str:
    """``META-INF/manifest.xml``: the kind of every file that LibreOffice must read."""
    kinds = {
        "xl_vqa.idl": "application/vnd.sun.star.uno-typelibrary;type=RDB",
        "xl_vqa.components": "application/vnd.sun.star.uno-components",
        **dict.fromkeys(configurations, "application/vnd.sun.star.configuration-data"),
    }
    body = "".join(
        f"  <manifest:file-entry manifest:full-path={quoteattr(path)} manifest:media-type={quoteattr(kind)}/>\n"
        for path, kind in kinds.items()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">\n'
        f"{body}</manifest:manifest>\n"
    )


def description(version: str) -> str:
    """``description.xml``: what the extension manager shows."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006"
  xmlns:d="http://libreoffice.org/extensions/description/2011" xmlns:xlink="http://www.w3.org/1999/xlink">
  <identifier value="{names.EXTENSION}"/>
  <version value="{in_numbers(version)}"/>
  <dependencies><d:LibreOffice-minimal-version value="7.0" d:name="LibreOffice 7.0"/></dependencies>
  <display-name>
    <name lang="en">xl_vqa: video quality in a spreadsheet</name>
    <name lang="ja">xl_vqa: 表計算で動画品質を評価</name>
  </display-name>
  <extension-description>
    <src xlink:href="description/en.txt" lang="en"/>
    <src xlink:href="description/ja.txt" lang="ja"/>
  </extension-description>
</description>
"""


def protocol_handler() -> str:
    """``ProtocolHandler.xcu``: our URLs go to our dispatcher."""
    body = (
        f'  <node oor:name="HandlerSet"><node oor:name="{names.COMMANDS_SERVICE}.python" oor:op="replace">\n'
        f'    <prop oor:name="Protocols"><value>{names.PROTOCOL}*</value></prop>\n'
        "  </node></node>\n"
    )
    return _OOR.format(package="", name="ProtocolHandler", body=body)


def jobs() -> str:
    """``Jobs.xcu``: what happens when a document was loaded, saved or closed."""
    job = "xlvqa_document"
    bound = "".join(
        f'    <node oor:name="{event}" oor:op="fuse"><node oor:name="JobList">'
        f'<node oor:name="{job}" oor:op="replace"/></node></node>\n'
        for event in names.EVENTS
    )
    body = (
        f'  <node oor:name="Jobs"><node oor:name="{job}" oor:op="replace">\n'
        f'    <prop oor:name="Service"><value>{names.JOB_SERVICE}.python</value></prop>\n'
        f'  </node></node>\n  <node oor:name="Events">\n{bound}  </node>\n'
    )
    return _OOR.format(package="", name="Jobs", body=body)


def addons() -> str:
    """``Addons.xcu``: a menu with every command, a toolbar with those used daily; both only in Calc."""
    menu = _entries(COMMANDS)
    # a toolbar shows no separator at an end, and none twice
    bar = _entries([c for c in COMMANDS if c.on_toolbar or c.name == SEPARATOR])
    body = (
        '  <node oor:name="AddonUI">\n'
        '    <node oor:name="OfficeMenuBar"><node oor:name="org.xlvqa.menu" oor:op="replace">\n'
        f'      <prop oor:name="Context" oor:type="xs:string"><value>{_CALC}</value></prop>\n'
        f"      {_localised('Title', MENU_TITLE)}\n"
        f'      <node oor:name="Submenu">\n{menu}      </node>\n'
        "    </node></node>\n"
        '    <node oor:name="OfficeToolBar"><node oor:name="org.xlvqa.toolbar" oor:op="replace">\n'
        f"{bar}    </node></node>\n  </node>\n"
    )
    return _OOR.format(package="", name="Addons", body=body)


def window_state() -> str:
    """``CalcWindowState.xcu``: the toolbar's name, docked below the others, with words on its buttons."""
    body = (
        f'  <node oor:name="UIElements"><node oor:name="States">\n'
        f'    <node oor:name="{names.TOOLBAR}" oor:op="replace">\n'
        f"      {_localised('UIName', {'en': 'xl_vqa', 'ja': 'xl_vqa'})}\n"
        '      <prop oor:name="Docked"><value>true</value></prop>\n'
        '      <prop oor:name="DockingArea"><value>0</value></prop>\n'
        '      <prop oor:name="DockPos"><value>0,3</value></prop>\n'
        '      <prop oor:name="Visible"><value>true</value></prop>\n'
        '      <prop oor:name="Style"><value>1</value></prop>\n'
        "    </node>\n  </node></node>\n"
    )
    return _OOR.format(package=".UI", name="CalcWindowState", body=body)


def _entries(commands: Sequence[Command]) -> str:
    lines = []
    for number, command in enumerate(commands):
        node = f'        <node oor:name="m{number:02d}" oor:op="replace">'
        if command.name == SEPARATOR:
            url, title = "private:separator", ""
        else:
            url, title = names.PROTOCOL + command.name, _localised("Title", command.title)
        lines.append(
            f'{node}<prop oor:name="URL" oor:type="xs:string"><value>{escape(url)}</value></prop>{title}'
            f'<prop oor:name="Target" oor:type="xs:string"><value>_self</value></prop>'
            f'<prop oor:name="Context" oor:type="xs:string"><value>{_CALC}</value></prop></node>\n'
        )
    return "".join(lines)


def _localised(prop: str, words: Mapping[str, str]) -> str:
    # English first: configuration falls back to it for every language that has no words of its own
    values = "".join(
        f'<value xml:lang="{"en-US" if k == "en" else k}">{escape(v)}</value>' for k, v in words.items()
    )
    return f'<prop oor:name="{prop}" oor:type="xs:string">{values}</prop>'


CONFIGURATIONS: Final = {
    "ProtocolHandler.xcu": protocol_handler,
    "Jobs.xcu": jobs,
    "Addons.xcu": addons,
    "CalcWindowState.xcu": window_state,
}
