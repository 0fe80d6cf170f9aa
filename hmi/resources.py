"""Where the shipped files lie (locale, themes, symbols, help, examples). Every process; no Qt."""

import os
from pathlib import Path


def resource_path(*parts: str) -> Path:
    """Give the path of a shipped file or folder.

    `HMI_RESOURCES` names the folder in an installed product; from a source tree it is `resources/` beside `hmi/`.
    """
    root = os.environ.get("HMI_RESOURCES")
    base = Path(root) if root else Path(__file__).resolve().parent.parent / "resources"
    return base.joinpath(*parts)
