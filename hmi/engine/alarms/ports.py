"""What the alarms need of the rest of the engine: rows of the image, and what a tick wrote. Pure."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from hmi.image.contract import U4, Indices
from hmi.image.layout import Columns


class Report(Protocol):
    """What a tick wrote (`hmi.engine.scan.TickReport`)."""

    @property
    def rows(self) -> Indices:
        """All rows answered."""
        ...

    @property
    def status(self) -> U4:
        """OPC UA status of `rows`."""
        ...

    @property
    def change_sequence(self) -> int:
        """Of the image, after this tick."""
        ...

    @property
    def changed(self) -> Indices:
        """Those of them whose value or quality changed, deadbands of tags considered."""
        ...

    @property
    def all_good(self) -> bool:
        """True when all of `rows` are plain good; False says nothing."""
        ...

    @property
    def initial(self) -> npt.NDArray[np.bool_]:
        """Of `rows`: good for the first time since start, reconnect or apply."""
        ...


class Writer(Protocol):
    """The image of one generation."""

    @property
    def columns(self) -> Columns:
        """Its columns; the newest values always stand there."""
        ...

    @property
    def change_sequence(self) -> int:
        """Rises by one with each write that changes something."""
        ...


class Rows(Protocol):
    """Where the tags are in the image (`hmi.engine.rows.RowTable`)."""

    @property
    def writer(self) -> Writer:
        """Of the present generation."""
        ...

    def row_of(self, number: int) -> int | None:
        """Give the row of a tag by the number of its id; None when it has none."""
        ...
