"""What a subscription has told of each item so far: from changes of some items to blocks of whole polls. Pure.

Used by `SubscribedScan`. A message says that everything else is as it was, so each message makes a block of every poll,
with the times of the message; of several changes of one item in it each gets a block of its own.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hmi.drivers.contract import Block, Delivery, Item
from hmi.model.quality import Cause, Status

Places = npt.NDArray[np.intp]


class Held:
    """The newest of each item of several polls, side by side."""

    def __init__(self, polls: Sequence[tuple[Item, ...]]) -> None:
        """Start with nothing told.

        Args:
            polls: items of each poll, each counting from 0.
        """
        self.items: tuple[Item, ...] = tuple(
            Item(at, item.point, item.type_code, item.sentinels, item.text_bytes)
            for at, item in enumerate(item for items in polls for item in items)
        )
        """All items, counting from 0 over all polls; deliveries refer to them."""
        ends = np.cumsum([0, *(len(items) for items in polls)])
        self._parts = [slice(start, end) for start, end in pairwise(ends.tolist())]
        count = len(self.items)
        self._raw = np.zeros(count, np.uint64)
        self._status = np.full(count, Status.BAD_WAITING_FOR_INITIAL_DATA, np.uint32)
        self._cause = np.full(count, Cause.NEVER_READ, np.uint16)
        self._source_ns = np.zeros(count, np.int64)
        self._read_anew = np.zeros(count, np.bool_)
        self._texts: dict[int, str] = {}

    def part(self, poll: int) -> slice:
        """Give the items of a poll."""
        return self._parts[poll]

    def take(self, delivery: Delivery) -> Iterator[None]:
        """Take what a message says, change by change: after each step the blocks hold one more change of an item.

        Args:
            delivery: of the subscription, or what was read anew (`complete`).
        """
        block = delivery.block
        if block is None or not len(block.index):
            yield
            return
        for chosen in _layers(block.index):
            self._put(block, chosen, complete=delivery.complete)
            yield

    def block(self, poll: int, delivery: Delivery) -> Block:
        """Make the block of one poll.

        Args:
            poll: its place.
            delivery: what was taken last; its times are those of all values.
        """
        part = self._parts[poll]
        count = part.stop - part.start
        return Block(
            index=np.arange(count, dtype=np.int32),
            raw=self._raw[part].copy(),
            status=self._status[part].copy(),
            cause=self._cause[part].copy(),
            source_ns=self._source_ns[part].copy(),
            receive_ns=np.full(count, delivery.receive_ns, np.int64),
            receive_mono_ns=np.full(count, delivery.receive_mono_ns, np.int64),
            texts={at - part.start: words for at, words in self._texts.items() if part.start <= at < part.stop},
        )

    def _put(self, block: Block, chosen: Places, *, complete: bool) -> None:
        """Take some elements of a block, each of another item."""
        items = block.index[chosen].astype(np.intp)
        if not complete:
            # A message that was under way while everything was read anew may be older than what was read.
            source_ns, known_ns = block.source_ns[chosen], self._source_ns[items]
            older = self._read_anew[items] & (source_ns != 0) & (source_ns < known_ns)
            items, chosen = items[~older], chosen[~older]
        self._raw[items] = block.raw[chosen]
        self._status[items] = block.status[chosen]
        self._cause[items] = block.cause[chosen]
        self._source_ns[items] = block.source_ns[chosen]
        self._read_anew[items] = complete
        if self._texts or block.texts:
            for item in items.tolist():
                words = block.texts.get(item)
                if words is None:
                    self._texts.pop(item, None)
                else:
                    self._texts[item] = words


def _layers(index: npt.NDArray[np.int32]) -> list[Places]:
    """Part elements so that no item is in a part twice: first changes, second changes, and so on."""
    count = len(index)
    order = np.argsort(index, kind="stable")
    ordered = index[order]
    first = np.ones(count, np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    if first.all():
        return [np.arange(count)]
    places = np.arange(count)
    turn = np.empty(count, np.intp)
    turn[order] = places - np.maximum.accumulate(np.where(first, places, 0))
    return [np.flatnonzero(turn == layer) for layer in range(int(turn.max()) + 1)]
