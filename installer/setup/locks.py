"""`dev.py lock`: turns installer/requirements/*.in into hash-checked locks for every platform and Python.

Called by dev.py; standard library only; for maintainers. uv resolves; it is installed into `.venv` when missing and
is in no lock, for people who run or test the program never need it. No lock names a
host, so that a plant's mirror serves as well.
"""

import subprocess

from installer.setup.children import environment, run
from installer.setup.environment import LOCKS, ROOT, VENV, python
from installer.setup.says import Stop, say

GROUPS = ("core", "dev", "extras")


def resolve() -> int:
    """Writes all locks; a later group keeps to the versions of those before it.

    Returns:
        The exit code: 0 when all were written.
    """
    if not any((VENV / folder / name).exists() for folder in ("bin", "Scripts") for name in ("uv", "uv.exe")):
        say("installing uv, the resolver, into .venv")
        if run(["-m", "pip", "install", "--quiet", "uv"]) != 0:
            raise Stop(3, "uv could not be installed")
    for group in GROUPS:
        say(f"resolving {group}")
        earlier = [word for other in GROUPS[: GROUPS.index(group)] for word in ("-c", str(LOCKS / f"{other}.lock"))]
        command = [
            str(python()),
            "-m",
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--universal",
            "--python-version",
            "3.11",
            "--generate-hashes",
            "--no-emit-index-url",
            "--no-header",
            "--upgrade",
            *earlier,
            "-o",
            str(LOCKS / f"{group}.lock"),
            f"installer/requirements/{group}.in",
        ]
        code = subprocess.run(command, cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, check=False).returncode
        if code != 0:
            return code
    return 0
