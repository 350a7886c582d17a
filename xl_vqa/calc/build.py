"""Builds the extension: one .oxt with the code that runs inside LibreOffice and everything it imports.

The same sources and the same interpreter path give the same bytes. Standard library only.
"""

from __future__ import annotations

import io
import json
import zipfile
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from xl_vqa import __version__
from xl_vqa.atomic import write_atomically
from xl_vqa.calc import registration
from xl_vqa.worksheet.functions import FUNCTIONS

VENDORED: Final = ("words", "bridge", "worksheet", "sheets", "calc")
"""Rooms that travel whole: those that need the standard library alone."""
VENDORED_MODULES: Final = ("__init__", "atomic", "outputs")
VENDORED_OF_ALL: Final = ("__init__.py", "errors.py", "sentences.py")
"""What travels of every other room: Calc shows what the host says, whichever room said it first."""
VENDORED_BESIDE: Final = {"explaining": ("in_words.py", "texts.py")}
"""What of a room travels besides: the sentence that says why needs the standard library alone."""
CONFIG: Final = "python/pythonpath/xl_vqa_calc.json"
_STAMP: Final = (1980, 1, 1, 0, 0, 0)

_ABOUT: Final = {
    "en": "Rates the quality of videos with a vision-language model on your own machine: =VQA_SCORE(A2), "
    "Score selection, Why?. Nothing is uploaded.\n",
    "ja": "動画の品質を、手元のコンピューターの視覚言語モデルで採点します(=VQA_SCORE(A2)、選択範囲を採点、"
    "理由を表示)。動画が外部に送信されることはありません。\n",
}


def extension(python: str | None = None) -> bytes:
    """The bytes of the .oxt. ``python`` is the interpreter that can start the host: that of the environment
    xl_vqa is installed in; without it the environment variable XL_VQA_PYTHON must name one."""
    files: dict[str, bytes] = {
        "META-INF/manifest.xml": registration.manifest(list(registration.CONFIGURATIONS)).encode(),
        "description.xml": registration.description(__version__).encode(),
        "xl_vqa.idl": registration.idl(FUNCTIONS).encode(),
        "xl_vqa.components": registration.components().encode(),
    }
    files.update({name: make().encode() for name, make in registration.CONFIGURATIONS.items()})
    files.update({f"description/{language}.txt": text.encode() for language, text in _ABOUT.items()})
    package = resources.files("xl_vqa")
    files["python/component.py"] = (package / "calc" / "runtime" / "component.py").read_bytes()
    files.update({f"python/pythonpath/xl_vqa/{name}": data for name, data in _vendored(package).items()})
    # LibreOffice's Python has no package of ours that could be asked
    files["python/pythonpath/xl_vqa/_version.py"] = f'VERSION = "{__version__}"\n'.encode()
    files[CONFIG] = (json.dumps({"python": python, "version": __version__}, indent=1) + "\n").encode()
    return _zipped(files)


def build(output: Path, python: str | None = None) -> Path:
    """Writes the extension to ``output``, whole or not at all. Raises OSError."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with write_atomically(output) as file:
        file.write(extension(python))
    return output


def _vendored(package: Traversable) -> dict[str, bytes]:
    found = {}
    for entry in package.iterdir():
        if entry.is_file() and entry.name in {f"{module}.py" for module in VENDORED_MODULES}:
            found[entry.name] = entry.read_bytes()
        elif entry.is_dir() and entry.name not in VENDORED:
            wanted = (*VENDORED_OF_ALL, *VENDORED_BESIDE.get(entry.name, ()))
            spoken = {name: entry / name for name in wanted if (entry / name).is_file()}
            if len(spoken) > 1:
                found.update((f"{entry.name}/{name}", file.read_bytes()) for name, file in spoken.items())
    for room in VENDORED:
        found.update(_sources(package / room, room))
    return found


def _sources(folder: Traversable, prefix: str) -> dict[str, bytes]:
    found = {}
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            found.update(_sources(entry, f"{prefix}/{entry.name}"))
        elif entry.name.endswith(".py"):
            found[f"{prefix}/{entry.name}"] = entry.read_bytes()
    return found


def _zipped(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, _STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            # the same on every system that builds
            info.create_system, info.external_attr = 3, 0o644 << 16
            archive.writestr(info, files[name].replace(b"\r\n", b"\n"))
    return buffer.getvalue()
