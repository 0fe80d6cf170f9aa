"""The four tables of one simulated Modbus unit, and what a request does to them. Pure; used by `plc` and the tests."""

import numpy as np
import numpy.typing as npt

from hmi.drivers.modbus import pdu
from hmi.model.devices.modbus_address import Table

Words = npt.NDArray[np.uint16]

TABLE_OF_READ = {
    pdu.Function.READ_COILS: Table.COIL,
    pdu.Function.READ_DISCRETE: Table.DISCRETE,
    pdu.Function.READ_HOLDING: Table.HOLDING,
    pdu.Function.READ_INPUT: Table.INPUT,
}
TABLE_OF_WRITE = {
    pdu.Function.WRITE_COIL: Table.COIL,
    pdu.Function.WRITE_COILS: Table.COIL,
    pdu.Function.WRITE_REGISTER: Table.HOLDING,
    pdu.Function.WRITE_REGISTERS: Table.HOLDING,
    pdu.Function.MASK_REGISTER: Table.HOLDING,
}
MARGIN = 16
"""Addresses behind the last one used that are still there, as the blocks of a real PLC are rounded up."""


class Memory:
    """Registers and bits, each table as long as the address map needs it; reading beyond is exception 02."""

    def __init__(self, lengths: dict[Table, int]) -> None:
        """Make the tables.

        Args:
            lengths: table -> addresses in use; 0 or missing is a table that is not there at all.
        """
        self.tables: dict[Table, Words] = {
            table: np.zeros(min(65536, length + MARGIN) if (length := lengths.get(table, 0)) else 0, np.uint16)
            for table in Table
        }

    def answer(self, request: pdu.Request, served: dict[Table, Words]) -> bytes:
        """Answer a read.

        Args:
            request: a read.
            served: the tables as the outside sees them (the memory's own, or shifted ones).

        Raises:
            BadPdu: when the range is not there.
        """
        words = served[TABLE_OF_READ[request.function]]
        self.check(words, request)
        part = words[request.address : request.address + request.count]
        if request.function in pdu.BIT_READS:
            return pdu.read_answer(request.function, np.packbits(part != 0, bitorder="little").tobytes())
        return pdu.read_answer(request.function, part.astype(">u2").tobytes())

    def write(self, request: pdu.Request, shift: int) -> tuple[Table, int, int]:
        """Do a write.

        Args:
            request: a write.
            shift: by how much the outside's addresses lie above the memory's own; what would fall below 0 is lost.

        Returns:
            Table, first address and count of what was written, in the memory's own addresses.

        Raises:
            BadPdu: when the range is not there.
        """
        table = TABLE_OF_WRITE[request.function]
        words = self.tables[table]
        self.check(words, request)
        if request.function is pdu.Function.MASK_REGISTER:
            and_mask, or_mask = np.frombuffer(request.data, ">u2")
            old = words[max(0, request.address - shift)]
            new = np.array([(old & and_mask) | (or_mask & ~and_mask)], np.uint16)
        elif table is Table.COIL:
            new = np.array(pdu.unpacked_bits(request.data, request.count), np.uint16)
        else:
            new = np.frombuffer(request.data, ">u2").astype(np.uint16)
        for position, word in enumerate(new, request.address - shift):
            if position >= 0:
                words[position] = word
        return table, max(0, request.address - shift), request.count

    @staticmethod
    def check(words: Words, request: pdu.Request) -> None:
        """Refuse a range that is not in the table."""
        if request.address + request.count > len(words):
            raise pdu.BadPdu(pdu.ExceptionCode.ILLEGAL_ADDRESS)
