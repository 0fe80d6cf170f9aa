"""Where the copies lie that an engine runs from, and whether a folder holds the same. Engine and window.

`applied/NNNNNN/` in the data folder of a station, by decision 0013.
"""

import hashlib
from pathlib import Path

PARTS = ("project.json", "devices", "types", "tags", "screens", "navigation", "alarms", "texts")
"""What belongs to a project; whatever else lies in a folder is no part of it."""


def copies_folder(data: Path) -> Path:
    """Give the folder of the copies in a data folder."""
    return data / "applied"


def copy_folder(data: Path, number: int) -> Path:
    """Give the folder of one copy."""
    return copies_folder(data) / f"{number:06d}"


def project_files(project: Path) -> list[Path]:
    """Give the files of a project folder in a fixed order; links are no part of one."""
    found: list[Path] = []
    for part in PARTS:
        at = project / part
        if at.is_file() and not at.is_symlink():
            found.append(at)
        elif at.is_dir() and not at.is_symlink():
            found += [
                path
                for path in at.rglob("*")
                if path.suffix in {".jsonl", ".svg"} and path.is_file() and not path.is_symlink()
            ]
    return sorted(found)


def digest_of_folder(project: Path) -> str:
    """Give a digest of everything that belongs to a project folder.

    Raises:
        OSError: when a file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    for path in project_files(project):
        digest.update(f"{path.relative_to(project).as_posix()}\0".encode(errors="surrogateescape"))
        digest.update(hashlib.blake2b(path.read_bytes(), digest_size=16).digest())
    return digest.hexdigest()
