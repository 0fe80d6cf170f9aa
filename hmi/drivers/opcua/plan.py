"""A plan of nodes, and the blocks made of what came for them: types, quality, texts. Pure.

What came is brought to the type of the tag only where nothing of it is lost: whole numbers of any width, floating
numbers, whole numbers as floating ones up to 2**53, a Boolean as 0 or 1, a time as ns since 1970 or as ISO 8601 text.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from hmi.drivers.contract import Block, Item
from hmi.drivers.opcua.decode import Columns, Kind
from hmi.drivers.opcua.messages import node_of, value_id
from hmi.drivers.opcua.status import cause_of_value
from hmi.model.devices.opcua import OpcUaPoint
from hmi.model.quality import CAUSES, Cause
from hmi.model.value import TypeCode, value_of

Places = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]

_BAD = np.uint32(0x8000_0000)
_SIGNED = (Kind.SBYTE, Kind.INT16, Kind.INT32, Kind.INT64)
_UNSIGNED = (Kind.BOOLEAN, Kind.BYTE, Kind.UINT16, Kind.UINT32, Kind.UINT64, Kind.STATUS_CODE, Kind.DATE_TIME)
_TEXTS = (Kind.STRING, Kind.XML, Kind.QUALIFIED_NAME, Kind.LOCALIZED_TEXT)
_NO_SCALAR = (Kind.ARRAY, Kind.STRUCTURE, Kind.DATA_VALUE, Kind.VARIANT, Kind.DIAGNOSTIC)
_EXACT = 2**53
"""Up to here every whole number is a double."""


def _table(kinds: Sequence[Kind]) -> Mask:
    table = np.zeros(256, np.bool_)
    table[list(kinds)] = True
    return table


_IS_SIGNED, _IS_UNSIGNED, _IS_TEXT = _table(_SIGNED), _table(_UNSIGNED), _table(_TEXTS)
_IS_FLOAT, _IS_NO_SCALAR = _table((Kind.FLOAT, Kind.DOUBLE)), _table(_NO_SCALAR)
_STATUS = np.zeros(256, np.uint32)
for _cause, _rule in CAUSES.items():
    _STATUS[_cause] = _rule.status


class OpcUaPlan:
    """Items read or watched together."""

    def __init__(self, items: Sequence[Item]) -> None:
        """Write the node ids once; an item of another protocol is bad in each block."""
        self.items = tuple(items)
        self.places: Places = np.array(
            [place for place, item in enumerate(self.items) if isinstance(item.point, OpcUaPoint)], np.intp
        )
        """Of the items that are asked, in the order of `nodes`."""
        self.nodes = [value_id(node_of(self.items[place].point)) for place in self.places]
        self._index = np.array([item.index for item in self.items], np.int32)
        self._code = np.array([int(item.type_code) for item in self.items], np.uint8)
        self._sentinels = [place for place, item in enumerate(self.items) if item.sentinels]
        foreign = np.ones(len(self.items), np.bool_)
        foreign[self.places] = False
        self._foreign: Places = np.flatnonzero(foreign)

    def block(self, places: Places, columns: Columns, wall_ns: int, mono_ns: int) -> Block:
        """Make the block of some items.

        Args:
            places: which items, in the order of the columns.
            columns: what came for them.
            wall_ns: of the answer, UTC.
            mono_ns: of the answer.
        """
        count, code = len(places), self._code[places]
        cause = _quality(columns.status)
        usable = columns.status < _BAD
        raw = columns.bits.copy()
        for reached, why in (
            (columns.kind == Kind.NULL, Cause.NO_VALUE),
            (_IS_NO_SCALAR[columns.kind], Cause.NOT_SCALAR),
            (columns.kind == Kind.BROKEN_TEXT, Cause.TEXT_INVALID),
            ((columns.kind == Kind.DATE_TIME) & (raw == 0), Cause.NO_VALUE),
        ):
            cause[reached & usable] = why
            usable &= ~reached
        fits = _fit(columns.kind, code, raw)
        cause[usable & ~fits] = Cause.TYPE_MISMATCH
        usable &= fits
        status = np.where((columns.status < _BAD) & ~usable, _STATUS[cause], columns.status).astype(np.uint32)
        raw[~usable | (code == TypeCode.TEXT)] = 0
        block = Block(
            index=self._index[places],
            raw=raw,
            status=status,
            cause=cause,
            source_ns=columns.source_ns.copy(),
            receive_ns=np.full(count, wall_ns, np.int64),
            receive_mono_ns=np.full(count, mono_ns, np.int64),
        )
        self._put_texts(block, places, columns, usable & (code == TypeCode.TEXT))
        self._mark_sentinels(block, places)
        return block

    def whole(self, parts: Sequence[Block], wall_ns: int, mono_ns: int) -> Block:
        """Put blocks together to one that holds every item of the plan, the foreign ones as faults of configuration."""
        return joined([*parts, self.failed(self._foreign, Cause.CONFIGURATION_ERROR, wall_ns, mono_ns)])

    def failed(self, places: Places, cause: Cause, wall_ns: int, mono_ns: int) -> Block:
        """Make a block of items that all have one fault."""
        count = len(places)
        return Block(
            index=self._index[places],
            raw=np.zeros(count, np.uint64),
            status=np.full(count, CAUSES[cause].status, np.uint32),
            cause=np.full(count, cause, np.uint16),
            source_ns=np.zeros(count, np.int64),
            receive_ns=np.full(count, wall_ns, np.int64),
            receive_mono_ns=np.full(count, mono_ns, np.int64),
        )

    def _put_texts(self, block: Block, places: Places, columns: Columns, which: Mask) -> None:
        """Take words over, cut to the length of their tag."""
        for at in np.flatnonzero(which).tolist():
            item = self.items[places[at]]
            words = columns.texts.get(at)
            if words is None:
                words = _iso(int(columns.bits[at]))
            encoded = words.encode(errors="replace")
            if item.text_bytes and len(encoded) > item.text_bytes:
                words = encoded[: item.text_bytes].decode(errors="ignore")
                block.cause[at] = Cause.TEXT_TOO_LONG
                block.status[at] = CAUSES[Cause.TEXT_TOO_LONG].status
            block.texts[item.index] = words

    def _mark_sentinels(self, block: Block, places: Places) -> None:
        """Make values bad that mean "no value"."""
        if not self._sentinels:
            return
        for at in np.flatnonzero(np.isin(places, self._sentinels) & (block.status < _BAD)).tolist():
            item = self.items[places[at]]
            value = value_of(int(block.raw[at]), item.type_code)
            if value is not None and value in item.sentinels:
                block.raw[at], block.cause[at] = 0, Cause.SENTINEL
                block.status[at] = CAUSES[Cause.SENTINEL].status


def joined(blocks: Sequence[Block]) -> Block:
    """Put blocks one behind the other."""
    texts: dict[int, str] = {}
    for block in blocks:
        texts.update(block.texts)
    return Block(
        index=np.concatenate([block.index for block in blocks]),
        raw=np.concatenate([block.raw for block in blocks]),
        status=np.concatenate([block.status for block in blocks]),
        cause=np.concatenate([block.cause for block in blocks]),
        source_ns=np.concatenate([block.source_ns for block in blocks]),
        receive_ns=np.concatenate([block.receive_ns for block in blocks]),
        receive_mono_ns=np.concatenate([block.receive_mono_ns for block in blocks]),
        texts=texts,
    )


def _quality(status: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint16]:
    """Give the cause of each status; nearly always there are one or two different ones."""
    cause = np.zeros(len(status), np.uint16)
    if status.any():
        for one in np.unique(status).tolist():
            cause[status == one] = cause_of_value(one)
    return cause


def _fit(kind: npt.NDArray[np.uint8], code: npt.NDArray[np.uint8], raw: npt.NDArray[np.uint64]) -> Mask:
    """Say which values the tag's type can hold; whole numbers become doubles in `raw` where it is a floating one."""
    signed, unsigned = _IS_SIGNED[kind], _IS_UNSIGNED[kind]
    negative = raw >= np.uint64(2**63)
    floating = code == TypeCode.FLOAT64
    whole = (signed | unsigned) & (kind != Kind.DATE_TIME) & floating
    exact = np.zeros(len(kind), np.bool_)
    if whole.any():
        number = np.where(signed, raw.view(np.int64), 0)
        exact = whole & np.where(signed, (number >= -_EXACT) & (number <= _EXACT), raw <= np.uint64(_EXACT))
        as_double = np.where(signed, number.astype(np.float64), raw.astype(np.float64))
        raw[exact] = as_double[exact].view(np.uint64)
    return np.select(
        [code == TypeCode.BOOL, code == TypeCode.INT64, code == TypeCode.UINT64, floating, code == TypeCode.TEXT],
        [
            kind == Kind.BOOLEAN,
            signed | (unsigned & ~negative),
            unsigned | (signed & ~negative),
            _IS_FLOAT[kind] | exact,
            _IS_TEXT[kind] | (kind == Kind.DATE_TIME),
        ],
        default=False,
    )


def _iso(stamp: int) -> str:
    """Write a time (ns since 1970, as unsigned bits) as ISO 8601 UTC."""
    seconds, rest = divmod(stamp - 2**64 if stamp >= 2**63 else stamp, 10**9)
    words = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{words}.{rest // 1000:06d}Z" if rest else f"{words}Z"
