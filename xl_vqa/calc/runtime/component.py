"""The file that LibreOffice loads: puts the vendored packages on the path and registers the services.

Written for any Python 3, so that an old one ends in a sentence instead of a syntax error.
"""

import os
import sys

import unohelper

if sys.version_info < (3, 11):
    raise ImportError(
        "xl_vqa needs a LibreOffice with Python 3.11 or newer; this one has %s" % sys.version.split()[0]
    )

# in front: an xl_vqa of another version may be installed for the system's Python
_vendored = os.path.join(os.path.dirname(os.path.abspath(__file__)), "pythonpath")
if _vendored in sys.path:
    sys.path.remove(_vendored)
sys.path.insert(0, _vendored)

from xl_vqa.calc import names
from xl_vqa.calc.runtime.commands_handler import CommandHandler
from xl_vqa.calc.runtime.functions import FunctionsAddIn
from xl_vqa.calc.runtime.jobs import DocumentJob

g_ImplementationHelper = unohelper.ImplementationHelper()
g_ImplementationHelper.addImplementation(
    FunctionsAddIn, names.FUNCTIONS_SERVICE + ".python", (names.FUNCTIONS_SERVICE, "com.sun.star.sheet.AddIn")
)
g_ImplementationHelper.addImplementation(
    CommandHandler,
    names.COMMANDS_SERVICE + ".python",
    (names.COMMANDS_SERVICE, "com.sun.star.frame.ProtocolHandler"),
)
g_ImplementationHelper.addImplementation(
    DocumentJob, names.JOB_SERVICE + ".python", (names.JOB_SERVICE, "com.sun.star.task.Job")
)
