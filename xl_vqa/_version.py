"""The version that a build writes in here: those of the wheel (``hatch_build.py``) and of the Calc extension.

It stays empty in the checkout, whose version is the one that was installed.
"""

from typing import Final

VERSION: Final[str] = ""
