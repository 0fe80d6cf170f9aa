"""The virtual environment `.venv` and its hash-checked locks.

Called by dev.py; standard library only. A stamp inside `.venv` holds the digest of a lock and the interpreter's
version: as long as both are the same, nothing is looked at again.
"""

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

from installer.setup.says import Stop, say

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
LOCKS = ROOT / "installer" / "requirements"
OLDEST = (3, 11)


def python() -> Path:
    """The interpreter inside `.venv`."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def provide(*groups: str) -> None:
    """Makes `.venv` when there is none and installs the locks of these groups, unless their stamps say: done.

    Args:
        groups: names of locks, `core` first.
    """
    if sys.version_info < OLDEST:
        raise Stop(3, f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed, this is {sys.version.split()[0]}")
    if not _is_whole():
        say(f"making {VENV.name} (Python {sys.version.split()[0]})")
        venv.EnvBuilder(with_pip=True, clear=VENV.exists(), symlinks=os.name != "nt").create(VENV)
    for group in groups:
        _install(group)
    _offer_hmi()


def _is_whole() -> bool:
    """Whether there is an environment with a living interpreter and pip: one whose making was interrupted has none."""
    return python().exists() and any((folder / "pip").is_dir() for folder in _packages())


def _packages() -> list[Path]:
    """The site-packages of `.venv`."""
    return [*(VENV / "lib").glob("python3.*/site-packages"), *VENV.glob("Lib/site-packages")]


def stamp_of(group: str) -> str:
    """What the stamp of a group holds when it is up to date: digest of the lock, version of the interpreter."""
    lock = (LOCKS / f"{group}.lock").read_bytes()
    version = "?"
    for line in (VENV / "pyvenv.cfg").read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "version":
            version = value.strip()
    return f"{hashlib.sha256(lock).hexdigest()} python {version}\n"


def _install(group: str) -> None:
    stamp, wanted = VENV / f".clearline-{group}", stamp_of(group)
    if stamp.exists() and stamp.read_text(encoding="ascii") == wanted:
        return
    say(f"installing the {group} packages into {VENV.name} (from the lock, hashes checked)")
    lock = LOCKS / f"{group}.lock"
    command = [
        python(),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--require-hashes",
        "--only-binary=:all:",
        "-r",
        lock,
    ]
    run = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"},
    )
    if run.returncode != 0:
        raise Stop(
            3, f"pip could not install the {group} packages:\n{_tail(run.stdout)}{_certificate_hint(run.stdout)}"
        )
    stamp.write_text(wanted, encoding="ascii")


def _offer_hmi() -> None:
    """Makes `hmi` a command of `.venv` that runs this checkout, without building a package of it."""
    for packages in _packages():
        _keep(packages / "clearline.pth", f"{ROOT}\n")
    if os.name == "nt":
        _keep(VENV / "Scripts" / "hmi.cmd", f'@"{python()}" -m hmi %*\n')
    else:
        script = VENV / "bin" / "hmi"
        _keep(script, f"#!{python()}\nimport sys\n\nfrom hmi.cli.main import main\n\nsys.exit(main())\n")
        script.chmod(0o755)


def _keep(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-15:])


def _certificate_hint(output: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" not in output and "SSLError" not in output:
        return ""
    return (
        "\nThe TLS certificate was not trusted. If your plant's network has a certificate authority of its own, put its"
        " certificate into /usr/local/share/ca-certificates and run update-ca-certificates, or name it in PIP_CERT:"
        " installing python3-venv rebuilds the system's bundle and drops what was added to it by hand."
    )
