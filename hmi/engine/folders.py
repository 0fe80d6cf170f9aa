"""Makes the folders of a station, for this account alone, and refuses those in which an image cannot work."""

import os
import sys
from pathlib import Path

from hmi.model.errors import EnvironmentFault
from hmi.model.station import Station

_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph", "glusterfs"})
"""File systems whose mappings are not coherent between processes or machines."""


def make_folders(station: Station) -> None:
    """Make data and runtime folder with mode 0700.

    Raises:
        EnvironmentFault: when one cannot be made, belongs to somebody else, or lies on a network drive.
    """
    for folder in (station.data, station.runtime):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise EnvironmentFault("engine.folder", place=str(folder), error=error.strerror or str(error)) from error
        if sys.platform != "win32":
            seen = folder.lstat()
            if seen.st_uid != os.getuid():
                raise EnvironmentFault("engine.folder_of_another", place=str(folder))
        kind = file_system_of(folder)
        if kind in _NETWORK:
            raise EnvironmentFault("engine.network_drive", place=str(folder), kind=kind)


def file_system_of(folder: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Give the type of the file system that a folder lies on; "" where the system does not tell.

    Args:
        folder: exists.
        mounts: the system's list of mounts.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    target, best, kind = str(folder.resolve()), "", ""
    for line in lines:
        parts = line.split()
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        inside = target == point or target.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, parts[2]
    return kind
