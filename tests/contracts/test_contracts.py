"""Every import contract turns red when it is broken: forbidden lines are put into a copy of the house."""

import json
import shutil
import subprocess
import sys
import tomllib

import grimp
import pytest

from tests.contracts.imports import PYPROJECT, ROOT, options_for
from tests.contracts.probes import PROBES

REACH_BUDGETS = {"hmi.drivers.contract": 3}
"""Module -> how many other modules of hmi it may reach. What everybody imports must cost nobody anything."""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    copy = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "hmi", copy / "hmi", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-P", str(ROOT / "tests" / "contracts" / "probes.py"), str(copy)]
    run = subprocess.run(command, cwd=copy, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.timeout(120)
def test_that_the_house_itself_breaks_no_contract(results):
    assert results[""] == []


@pytest.mark.timeout(120)
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.title)
def test_that_a_forbidden_import_breaks_its_contract(results, probe):
    assert (probe.contract in results[probe.title]) is not probe.harmless


def test_that_every_contract_has_a_probe():
    contracts = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    probed = {probe.contract for probe in PROBES if not probe.harmless}
    assert {contract["id"] for contract in contracts} == probed


def test_that_every_driver_is_under_the_contract_of_independence():
    contracts = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    (independent,) = (contract["modules"] for contract in contracts if contract["id"] == "drivers")
    built = {f"hmi.drivers.{path.parent.name}" for path in (ROOT / "hmi" / "drivers").glob("*/__init__.py")}
    assert built <= set(independent)


@pytest.mark.parametrize(
    ("right", "misspelt"),
    [
        ('"PySide6"', '"PySide66"'),
        ('"hmi.engine"', '"hmi.enigne"'),
        ('"(launcher) |', '"(lancher) |'),
        ('(hmi.trend)"', '(hmi.trent)"'),
    ],
)
def test_that_a_misspelt_name_in_a_contract_is_an_error(tmp_path, right, misspelt):
    text = PYPROJECT.read_text(encoding="utf-8")
    head, mark, contracts = text.partition("[tool.importlinter]")
    assert right in contracts
    changed = tmp_path / "pyproject.toml"
    changed.write_text(head + mark + contracts.replace(right, misspelt), encoding="utf-8")
    with pytest.raises(ValueError, match=misspelt.strip('"()| ').replace(")", "")):
        options_for({"hmi"}, changed)


@pytest.mark.parametrize("module", REACH_BUDGETS)
def test_that_a_contract_module_reaches_few_others(module):
    graph = grimp.build_graph("hmi", cache_dir=None)
    if module not in graph.modules:
        pytest.skip(f"{module} is not built yet")
    reached = graph.find_upstream_modules(module)
    assert len(reached) <= REACH_BUDGETS[module], f"{module} reaches {sorted(reached)}"
