"""Where a station keeps things: the data folder (survives a power cut) and the runtime folder (does not have to).

Pure path arithmetic over the environment that it is given; whoever needs a folder makes it, with mode 0700.
"""

import hashlib
import os
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec


class Station(msgspec.Struct, frozen=True):
    """The two folders of one project on one station."""

    data: Path
    """Snapshots, the engine's copy of the project, later the store."""
    runtime: Path
    """Image, pointer file, sockets. On Linux in a tmpfs where there is one."""

    @property
    def pointer(self) -> Path:
        """The pointer file that names the current image."""
        return self.runtime / "current"


def station_of(project_name: str, project_id: str, *, data: Path | None, environ: Mapping[str, str]) -> Station:
    """Work out the folders.

    Args:
        project_name: short name of the project, for people who look into the folders.
        project_id: its id, so that two projects of one name do not meet.
        data: the folder given with `--data`, or None for `HMI_DATA_DIR` or the user's own.
        environ: the process environment.
    """
    root = data or Path(environ.get("HMI_DATA_DIR") or _default_data(environ))
    # realpath, because Path.resolve raises at a loop of links.
    data_folder = Path(os.path.realpath(root)) / f"{project_name}-{project_id[:6]}"
    # Socket paths are limited to 107 bytes, so the runtime folder is short: a digest of the data folder.
    digest = hashlib.blake2b(os.fsencode(data_folder), digest_size=5).hexdigest()
    return Station(data=data_folder, runtime=_runtime_root(environ) / digest)


def _default_data(environ: Mapping[str, str]) -> Path:
    """Give the user's own data folder by the platform's custom."""
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", str(Path.home()))) / "Clearline"
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "clearline"


def _runtime_root(environ: Mapping[str, str]) -> Path:
    """Give the folder that all runtime folders of this account lie in."""
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", tempfile.gettempdir())) / "Clearline" / "run"
    runtime = environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return Path(runtime) / "clearline"
    return Path(tempfile.gettempdir()) / f"clearline-{os.getuid()}"
