"""Breaks each import contract on a copy of the house and tells which contracts turned red.

tests/contracts/test_contracts.py starts it as a process of its own, because Python must find the copy of `hmi` first.
A contract that no probe can break protects nothing.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple


class Probe(NamedTuple):
    """Lines put into modules of the copy, and what has to come of it."""

    contract: str
    """Id of the contract that has to be broken; of the one that has to hold when `harmless`."""
    module: str
    line: str
    second_module: str = ""
    second_line: str = ""
    harmless: bool = False

    @property
    def title(self) -> str:
        """As pytest shows it."""
        return f"{self.contract}: {self.module}: {self.line or 'exists'}"


PROBES = (
    Probe("places", "hmi.gadgets", ""),
    Probe("places", "hmi.model.tag", "import hmi.words"),
    Probe("places", "hmi.project.read", "import hmi.image"),
    Probe("places", "hmi.image.reader", "import hmi.engine"),
    Probe("window", "hmi.display.item", "import hmi.editor"),
    Probe("window", "hmi.trend.strip", "import hmi.display.scene"),
    Probe("window", "hmi.views.kpi", "import hmi.shell.desks"),
    Probe("window", "hmi.editor.canvas", "import hmi.views.alarms"),
    Probe("engine", "hmi.engine.alarms", "import hmi.engine.scan"),
    Probe("engine", "hmi.analytics.oee", "import hmi.engine.alarms"),
    Probe("engine", "hmi.link.server", "import hmi.engine.commands"),
    Probe("qt", "hmi.drivers.modbus.plan", "from PySide6 import QtCore"),
    Probe("qt", "hmi.engine.scan", "def later() -> None:\n    import shiboken6"),
    Probe("qt", "hmi.link.client", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import PySide6.QtWidgets"),
    Probe("qt", "hmi.simulate.plant", "import hmi.display.scene", "hmi.display.scene", "from PySide6 import QtGui"),
    Probe("qt", "hmi.launcher.watch", "import qasync"),
    Probe("qt", "hmi.display.scene", "from PySide6 import QtGui", harmless=True),
    Probe("window-reach", "hmi.display.symbols.valve", "import hmi.drivers.contract"),
    Probe("window-reach", "hmi.shell.devices", "import pymodbus"),
    Probe("window-reach", "hmi.views.journal", "import hmi.store.reader"),
    Probe("window-reach", "hmi.shell.fault_panel", "import hmi.simulate"),
    Probe("editor", "hmi.editor.canvas", "import hmi.display.binding"),
    Probe("editor", "hmi.editor.palette", "import hmi.link.client"),
    Probe("engine-door", "hmi.launcher.watch", "import hmi.engine"),
    Probe("launcher", "hmi.launcher.watch", "import hmi.project"),
    Probe("launcher", "hmi.launcher.watch", "import numpy"),
    Probe("model", "hmi.model.tag", "import numpy"),
    Probe("model", "hmi.model.tag", "import msgspec", harmless=True),
    Probe("northbound", "hmi.northbound.sparkplug", "import hmi.drivers.contract"),
    Probe("pymodbus", "hmi.project.imports.csv", "import pymodbus.client"),
    Probe("pymodbus", "hmi.simulate.server", "import pymodbus.server", harmless=True),
    Probe(
        "pymodbus", "hmi.drivers.modbus.serial", "from pymodbus.client import AsyncModbusSerialClient", harmless=True
    ),
    Probe("asyncua", "hmi.northbound.sparkplug", "import asyncua"),
    Probe("asyncua", "hmi.northbound.opcua_server", "import asyncua", harmless=True),
    Probe("qasync", "hmi.shell.main_window", "import qasync"),
    Probe("qasync", "hmi.shell.app", "import qasync", harmless=True),
    Probe("uvloop", "hmi.simulate.serve", "import uvloop"),
    Probe("uvloop", "hmi.engine.event_loop", "import uvloop", harmless=True),
    Probe("sqlalchemy", "hmi.engine.historian", "import sqlalchemy"),
    Probe("sqlalchemy", "hmi.store.writer", "import sqlalchemy", harmless=True),
    Probe("drivers", "hmi.drivers.opcua.client", "import hmi.drivers.modbus"),
    Probe("circles", "hmi.image.first", "import hmi.image.second", "hmi.image.second", "import hmi.image.first"),
)


def _file_of(root: Path, module: str) -> Path:
    """The file of a module in the copy; made, packages included, when it is missing."""
    parts = module.split(".")
    for depth in range(1, len(parts)):
        folder = root.joinpath(*parts[:depth])
        folder.mkdir(exist_ok=True)
        (folder / "__init__.py").touch()
    package = root.joinpath(*parts) / "__init__.py"
    file = package if package.exists() else root.joinpath(*parts).with_suffix(".py")
    file.touch()
    return file


@contextmanager
def _put(root: Path, module: str, line: str) -> Iterator[None]:
    file = _file_of(root, module)
    text = file.read_text(encoding="utf-8")
    for word in line.replace(",", " ").split():
        if word.startswith("hmi.") and not root.joinpath(*word.split(".")).is_dir():
            _file_of(root, word)
    file.write_text(f"{text}\n{line}\n", encoding="utf-8")
    try:
        yield
    finally:
        file.write_text(text, encoding="utf-8")


def run(root: Path) -> dict[str, list[str]]:
    """Breaks one contract after the other in the copy below `root`.

    Returns:
        Title of each probe -> ids of the contracts that are broken with it; and "" -> those broken without any.
    """
    from tests.contracts.imports import broken  # after sys.path was set, so that it finds the copy

    results = {}
    for probe in PROBES:
        if probe.line:
            _file_of(root, probe.module)
    results[""] = broken()[0]
    for probe in PROBES:
        with _put(root, probe.module, probe.line), _put(root, probe.second_module or probe.module, probe.second_line):
            results[probe.title] = broken()[0]
            if not probe.line:
                _file_of(root, probe.module).unlink()
        if not probe.line:
            _file_of(root, probe.module).unlink()
    return results


if __name__ == "__main__":
    copy = Path(sys.argv[1])
    sys.path.insert(0, str(copy))
    print(json.dumps(run(copy)))
