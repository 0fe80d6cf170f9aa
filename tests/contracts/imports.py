"""Runs the import contracts of pyproject.toml; `dev.py check` starts it, and the probe tests of this folder use it.

The contracts speak of the whole house of DESIGN.md. A room that is not built yet is left out of a contract when it is
listed under `[tool.clearline] planned_rooms`; a name that is neither a module nor planned is an error, because a
misspelt name would be silently green.
"""

import copy
import importlib.util
import sys
import tomllib
from pathlib import Path
from typing import Any

import grimp
from importlinter.api import read_configuration  # configures the adapters of import-linter
from importlinter.application import use_cases
from importlinter.application.rendering import render_report
from importlinter.application.user_options import UserOptions

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = ROOT / "pyproject.toml"
LISTS = ("source_modules", "forbidden_modules", "modules")


def options_for(modules: set[str], pyproject: Path = PYPROJECT) -> UserOptions:
    """The contracts as they apply to the modules that exist.

    Args:
        modules: every module of `hmi`.
        pyproject: where the contracts stand.

    Raises:
        ValueError: a contract names something that is neither a module nor a planned room.
    """
    planned: list[str] = tomllib.loads(pyproject.read_text(encoding="utf-8"))["tool"]["clearline"]["planned_rooms"]
    options = read_configuration(str(pyproject))
    contracts = []
    for contract in copy.deepcopy(options["contracts_options"]):
        for room in _layers(contract):
            _applies(room, modules, planned, contract["id"])
        for key in set(LISTS) & set(contract):
            contract[key] = [name for name in contract[key] if _applies(name, modules, planned, contract["id"])]
        if all(contract[key] for key in set(LISTS) & set(contract)):
            contracts.append(contract)
    return UserOptions(session_options=options["session_options"], contracts_options=contracts)


def _layers(contract: dict[str, Any]) -> list[str]:
    """The rooms of a layers contract by their full names; the parentheses mean that a room may be missing."""
    names = [name.strip(" ()") for layer in contract.get("layers", []) for name in layer.split("|")]
    return [f"{container}.{name}" for container in contract.get("containers", []) for name in names] or names


def _applies(name: str, modules: set[str], planned: list[str], contract: str) -> bool:
    if "*" in name or name in modules:
        return True
    if name.split(".")[0] == "hmi":
        if not any(name == room or name.startswith(room + ".") for room in planned):
            raise ValueError(f"contract {contract!r} names {name}, which is neither a module nor a planned room")
        return False
    if importlib.util.find_spec(name) is None:
        raise ValueError(f"contract {contract!r} names {name}: not importable, silently green")
    return True


def broken() -> tuple[list[str], Any]:
    """Checks all contracts against the package `hmi` that Python finds; without a cache, which knows files by age.

    Returns:
        The ids of the broken contracts and import-linter's report.
    """
    modules = grimp.build_graph("hmi", cache_dir=None).modules
    use_cases._register_built_in_contract_types()
    options = options_for(set(modules))
    report = use_cases.create_report(options, cache_dir=None)
    if report.could_not_run:
        raise ValueError(f"contracts that say nothing sensible: {report.invalid_contract_options}")
    by_name = {contract["name"]: contract["id"] for contract in options.contracts_options}
    return [by_name[contract.name] for contract, result in report.get_contracts_and_checks() if not result.kept], report


def main() -> int:
    """Prints import-linter's report when a contract is broken."""
    sys.path.insert(0, str(ROOT))
    ids, report = broken()
    if ids:
        render_report(report)
    return 1 if ids else 0


if __name__ == "__main__":
    sys.exit(main())
