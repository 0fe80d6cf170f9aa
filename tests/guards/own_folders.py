"""Gives the run data and runtime folders of its own, so that no test reads or writes those of the person who runs it.

Set once before the first test, for this process and all that it starts; removed at the end. The path is short, because
the path of a Unix socket may have only some hundred bytes.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

_FOLDER = pytest.StashKey[str]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Makes the folder, readable by its owner only; a worker's `tmp_path` gets a short path as well."""
    worker = getattr(config, "workerinput", {}).get("workerid", "").removeprefix("gw")
    if worker:
        config.option.basetemp = str(Path(config.option.basetemp).with_name(worker))
    folder = tempfile.mkdtemp(prefix="hmi-test-")
    config.stash[_FOLDER] = folder
    for variable, name in (("HMI_DATA_DIR", "data"), ("XDG_RUNTIME_DIR", "run"), ("XDG_DATA_HOME", "home")):
        os.environ[variable] = os.path.join(folder, name)
        os.mkdir(os.environ[variable], mode=0o700)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Removes it."""
    shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)
