"""The worksheet functions as Calc calls them: names and help for the function wizard, arguments in, results out.

Every function that asks the host returns a volatile result: Calc keeps it and is told when its value changes, so a
cell fills in later, and changes again when the model is switched or the host comes back.
"""

from __future__ import annotations

from typing import Any, Final

import uno
import unohelper
from com.sun.star.lang import XLocalizable, XServiceInfo, XServiceName
from com.sun.star.sheet import XAddIn, XCompatibilityNames
from org.xlvqa import XFunctions

from xl_vqa.calc import names
from xl_vqa.calc.runtime import office
from xl_vqa.calc.runtime.session import session
from xl_vqa.calc.runtime.values import from_calc
from xl_vqa.calc.texts import tr
from xl_vqa.worksheet.functions import BY_NAME, CATEGORY, FUNCTIONS

_BY_METHOD: Final = {names.method(function.name): function for function in FUNCTIONS}


class FunctionsAddIn(
    unohelper.Base, XFunctions, XAddIn, XCompatibilityNames, XServiceName, XServiceInfo, XLocalizable
):
    """One per process. The methods of ``XFunctions`` are made below from the declarations."""

    def __init__(self, context: Any, *arguments: Any) -> None:
        self._locale = uno.createUnoStruct("com.sun.star.lang.Locale")
        self._language = office.language()

    # -- XServiceName, XServiceInfo, XLocalizable

    def getServiceName(self) -> str:
        return names.FUNCTIONS_SERVICE

    def getImplementationName(self) -> str:
        return names.FUNCTIONS_SERVICE + ".python"

    def supportsService(self, name: str) -> bool:
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return (names.FUNCTIONS_SERVICE, "com.sun.star.sheet.AddIn")

    def setLocale(self, locale: Any) -> None:
        self._locale = locale
        if locale.Language:
            self._language = "ja" if locale.Language == "ja" else "en"

    def getLocale(self) -> Any:
        return self._locale

    # -- XAddIn: what the function wizard shows. The spelling of the first name is the interface's own.

    def getProgrammaticFuntionName(self, shown: str) -> str:
        return names.method(shown) if shown in BY_NAME else ""

    def getDisplayFunctionName(self, method: str) -> str:
        return _BY_METHOD[method].name if method in _BY_METHOD else ""

    def getFunctionDescription(self, method: str) -> str:
        return _BY_METHOD[method].help.of(self._language) if method in _BY_METHOD else ""

    def getDisplayArgumentName(self, method: str, index: int) -> str:
        argument = self._argument(method, index)
        return argument.name if argument else ""

    def getArgumentDescription(self, method: str, index: int) -> str:
        argument = self._argument(method, index)
        if argument is None:
            return ""
        words = str(argument.help.of(self._language))
        return words if argument.optional else f"{words} {tr('argument_errors', self._language)}"

    def getProgrammaticCategoryName(self, method: str) -> str:
        return "Add-In"

    def getDisplayCategoryName(self, method: str) -> str:
        return CATEGORY.of(self._language)

    def getCompatibilityNames(self, method: str) -> Any:
        name = self.getDisplayFunctionName(method)
        found = []
        for language, country in (("en", "US"), ("ja", "JP")):
            locale = uno.createUnoStruct("com.sun.star.lang.Locale")
            locale.Language, locale.Country = language, country
            entry = uno.createUnoStruct("com.sun.star.sheet.LocalizedName")
            entry.Locale, entry.Name = locale, name
            found.append(entry)
        return tuple(found)

    def _argument(self, method: str, index: int) -> Any:
        # the document that Calc fills in counts as the first argument
        arguments = _BY_METHOD[method].arguments if method in _BY_METHOD else ()
        return arguments[index - 1] if 1 <= index <= len(arguments) else None


def _method(name: str, count: int) -> Any:
    def call(self: FunctionsAddIn, document: Any, *arguments: Any) -> Any:
        given = from_calc(name, arguments)
        if not BY_NAME[name].asks_host:
            return session().computed(name, given)
        return session().result(name, given, office.folder_of(document), office.identity_of(document))

    call.__name__ = names.method(name)
    return call


for _function in FUNCTIONS:
    setattr(FunctionsAddIn, names.method(_function.name), _method(_function.name, len(_function.arguments)))
