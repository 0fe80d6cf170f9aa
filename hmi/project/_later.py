"""The elements of screens, decoded when a screen is first asked for: a window shows one of many. Called by the reader.

What is wrong in a line is dropped here: who wants to know it reads the whole project.
"""

from collections.abc import Iterator, Mapping

from hmi.model.screen import Element
from hmi.project._file import read_file
from hmi.project._folder import FoundFile


class LaterElements(Mapping[str, tuple[Element, ...]]):
    """Screen id -> its elements, sorted by id, from files as they were when the project was read."""

    def __init__(self, files: Mapping[str, FoundFile]) -> None:
        """Keep the files.

        Args:
            files: screen id -> the file of the screen, whose header can be used.
        """
        self._files = files
        self._known: dict[str, tuple[Element, ...]] = {}

    def __getitem__(self, screen: str) -> tuple[Element, ...]:
        known = self._known.get(screen)
        if known is None:
            file = read_file(self._files[screen], [])
            items = [item for _, item in file.items] if file is not None else []
            known = self._known[screen] = tuple(sorted(items, key=lambda element: str(element.id)))
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)
