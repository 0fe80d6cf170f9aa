"""Loads Qt, in the order and with the repairs that make the start fast. Imported by `app` before all else.

numpy comes before PySide6 (46 ms less). PySide6 replaces `builtins.__import__` by one that fetches the source of
every module loaded afterwards and searches it, which makes each later import twice as dear and needs sources at
all: it is put back here.

WORKAROUND pyzo pull request 851, napari issue 8584: seen with PySide6 6.11.3, to be looked at again at each upgrade.

shiboken brings the modules that describe signatures as source, and compiles and runs it at every start (28 ms). They
are of use only where a call has wrong arguments or somebody inspects one, so that is put off until then.

WORKAROUND shiboken6 6.11.3, its `signature_bootstrap.py`: a module of another name is compiled at once, as before.

numpy describes its functions for people at a prompt (7 ms): that is left out.
"""

import builtins
import sys
from types import ModuleType
from typing import Any

import msgspec

if "numpy" not in sys.modules:
    for _name in ("numpy._core._add_newdocs", "numpy._core._add_newdocs_scalars"):
        sys.modules[_name] = ModuleType(_name)

import numpy

_python_import = builtins.__import__
_python_compile = builtins.compile
_PUT_OFF = frozenset(
    f"shibokensupport/signature/{name}.py"
    for name in ("errorhandler", "layout", "lib/enum_sig", "lib/pyi_generator", "lib/tool", "mapping", "parser")
)
_STAND_IN = """
def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    module = globals()
    del module["__getattr__"]
    exec(compile({source!r}, {filename!r}, "exec"), module)
    return module[name]
"""
"""A module that becomes itself when it is first looked into."""


def _compile(source: Any, filename: Any, *how: Any, **options: Any) -> Any:
    """Compile as Python does, but a stand-in for a module that is put off."""
    if filename in _PUT_OFF:
        source = _STAND_IN.format(source=source, filename=filename)
    return _python_compile(source, filename, *how, **options)


builtins.compile = _compile

from PySide6 import QtCore, QtGui, QtWidgets  # noqa: E402 - the order is what this file is for

builtins.compile = _python_compile
builtins.__import__ = _python_import

__all__ = ["QtCore", "QtGui", "QtWidgets", "msgspec", "numpy"]
