"""The station's secrets by name: passwords of devices, which never stand in a project. Engine process.

A secret is looked up in the environment (`HMI_SECRET_<NAME>`, in capitals, `-` as `_`), then in `secrets.toml` in the
project's data folder: `name = "password"`, one a line, readable by its owner only. Reads a file: not on the event loop.
"""

import logging
import os
import stat
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

log = logging.getLogger("hmi.driver")

FILE = "secrets.toml"
LONGEST_BYTES = 1_000_000


class StationSecrets:
    """Looks up secrets of one station."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Keep where to look.

        Args:
            folder: the project's data folder.
            environ: the process environment.
        """
        self._file = folder / FILE
        self._environ = environ

    def __call__(self, name: str) -> str | None:
        """Give a secret; None when there is none, or when its file cannot be used, which the log says."""
        value = self._environ.get(f"HMI_SECRET_{name.upper().replace('-', '_')}")
        return value if value is not None else self._from_file(name)

    def _from_file(self, name: str) -> str | None:
        try:
            with self._file.open("rb") as file:
                if sys.platform != "win32" and os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                    log.error("%s can be read by others than its owner and is not used: chmod 600", self._file)
                    return None
                found = tomllib.loads(file.read(LONGEST_BYTES).decode())
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.error("%s cannot be read: %s", self._file, type(error).__name__)  # its words may hold the secret
            return None
        value = found.get(name)
        return value if isinstance(value, str) else None
