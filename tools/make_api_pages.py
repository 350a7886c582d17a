"""Pages of the Python API from its docstrings: ``make api``, into build/api (open index.html).

What is public stands in ``xl_vqa.__all__`` and is loaded when it is asked for; pdoc looks without asking, and
would find nothing. An error that has no text of its own is told by the sentence that people see.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pdoc

import xl_vqa
from xl_vqa.words.catalogue import sentences


def main(folder: Path) -> None:
    for name in xl_vqa.__all__:
        found = getattr(xl_vqa, name)
        setattr(xl_vqa, name, found)
        if isinstance(found, type) and issubclass(found, xl_vqa.XlVqaError) and not found.__dict__.get("__doc__"):
            found.__doc__ = f"``{found.code}``: {sentences()[found.code]['en']}"
    pdoc.render.configure(docformat="restructuredtext", footer_text=f"xl_vqa {xl_vqa.__version__}")
    pdoc.pdoc("xl_vqa", output_directory=folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).parents[1] / "build" / "api")
