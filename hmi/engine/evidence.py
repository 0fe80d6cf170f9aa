"""Reads what a device shows of itself: the hidden addresses asked behind every poll. Pure; used by `DeviceScan`.

They are asked after the values, each time: only what is read before a right answer was read from the right program.
"""

import math
from dataclasses import dataclass

import numpy as np

from hmi.drivers.contract import Block, Item
from hmi.engine.liveness import Seen
from hmi.engine.plant import PlantDevice
from hmi.model.quality import Cause, cause_of
from hmi.model.tag import TYPE_CODES
from hmi.model.value import value_of


@dataclass(frozen=True, slots=True)
class Watched:
    """The hidden addresses of one device as items for its driver; immutable, swapped as a whole."""

    items: tuple[Item, ...]
    rule_index: int
    """Item of the liveness rule's address, -1 without."""
    signature_index: int
    """Item of the map signature's address, -1 without."""

    def rule(self, block: Block) -> Seen | None:
        """Look up what was answered for the rule; None when it has no address."""
        return self._seen(block, self.rule_index)

    def signature(self, block: Block) -> Seen | None:
        """Look up what was answered for the signature; None when it has no address."""
        return self._seen(block, self.signature_index)

    def _seen(self, block: Block, index: int) -> Seen | None:
        if index < 0:
            return None
        places = np.flatnonzero(block.index == index)
        if len(places) != 1:
            return Seen(0, Cause.DEVICE_FAILURE)
        at = int(places[0])
        cause = cause_of(int(block.cause[at]))
        value = value_of(int(block.raw[at]), self.items[index].type_code)
        if cause is not Cause.NONE:
            return Seen(0, cause)
        if value is None or isinstance(value, str) or not math.isfinite(value):
            return Seen(0, Cause.NOT_A_NUMBER)
        return Seen(value, Cause.NONE)


def watched(device: PlantDevice, before: Watched | None = None) -> Watched:
    """Arrange a device's hidden addresses.

    Args:
        device: with its evidence.
        before: what was asked until now; it stays when nothing changed, so that the driver's plan stays valid.
    """
    evidence = device.evidence
    items: list[Item] = []
    places = []
    for point in (evidence.heartbeat or evidence.cpu_state, evidence.signature):
        places.append(-1 if point is None else len(items))
        if point is not None:
            items.append(Item(len(items), point, TYPE_CODES[point.data_type], evidence=True))
    asked = Watched(tuple(items), *places)
    return before if before == asked else asked
