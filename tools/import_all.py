"""Imports every module of the installed package: ``.ci/python-versions``, on each Python.

A module may miss a package of an extra, and what only another system or office program has; nothing else.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import pkgutil
import re
import sys

# the plain installation's own packages are not among these
OTHERS = {"winreg", "uno", "unohelper", "com", "org"}


def of_extras() -> set[str]:
    lines = importlib.metadata.requires("xl_vqa") or []
    return {re.split(r"[^\w.-]", line)[0].lower().replace("-", "_") for line in lines if "extra ==" in line} - {
        "xl_vqa"
    }


def main() -> int:
    import xl_vqa

    may_miss = OTHERS | of_extras()
    names = [found.name for found in pkgutil.walk_packages(xl_vqa.__path__, "xl_vqa.", onerror=lambda name: None)]
    missed = 0
    for name in names:
        if name.endswith("__main__") or name == "xl_vqa.calc.runtime.component":
            continue
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0].lower() not in may_miss:
                raise
            missed += 1
    print(f"{len(names)} modules, {missed} of them for extras that are not here")
    return 0 if len(names) > 400 else 1


if __name__ == "__main__":
    sys.exit(main())
