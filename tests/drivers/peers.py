"""Independent peers for tests: libmodbus's server (its C library, in a process of its own) and mbpoll as a client."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

LIBMODBUS = pytest.mark.needs_package("libmodbus5", library="libmodbus.so.5")
MBPOLL = pytest.mark.needs_package("mbpoll", program="mbpoll")

# A server in C: libmodbus owns the sockets, the mapping and the answers; Python only calls it.
LIBMODBUS_SERVER = r"""
import ctypes, json, select, socket, sys
lib = ctypes.CDLL("libmodbus.so.5")
class Mapping(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in (
        "nb_bits", "start_bits", "nb_input_bits", "start_input_bits", "nb_input_registers", "start_input_registers",
        "nb_registers", "start_registers")] + [
        ("tab_bits", ctypes.POINTER(ctypes.c_uint8)), ("tab_input_bits", ctypes.POINTER(ctypes.c_uint8)),
        ("tab_input_registers", ctypes.POINTER(ctypes.c_uint16)), ("tab_registers", ctypes.POINTER(ctypes.c_uint16))]
lib.modbus_new_tcp.restype = ctypes.c_void_p
lib.modbus_mapping_new.restype = ctypes.POINTER(Mapping)
lib.modbus_mapping_new.argtypes = [ctypes.c_int] * 4
lib.modbus_new_tcp.argtypes = [ctypes.c_char_p, ctypes.c_int]
for name in ("modbus_tcp_listen", "modbus_tcp_accept"):
    getattr(lib, name).argtypes = [ctypes.c_void_p, ctypes.c_void_p if name.endswith("accept") else ctypes.c_int]
lib.modbus_set_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
lib.modbus_receive.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
lib.modbus_reply.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(Mapping)]
mapping = lib.modbus_mapping_new(500, 500, 500, 500)
tables = mapping.contents
registers, inputs = tables.tab_registers, tables.tab_input_registers
for place in range(20):
    registers[place], inputs[place] = place * 1000, 65535 - place
for place, bit in enumerate((1, 0, 0, 1, 1, 0, 1, 0, 0, 1, 1)):
    tables.tab_bits[place] = bit
    tables.tab_input_bits[place] = 1 - bit
# What it shall hold instead: JSON, the leading digit of a table -> {address: value}.
for table, cells in json.loads(sys.argv[1]).items() if len(sys.argv) > 1 else ():
    tab = {"0": tables.tab_bits, "1": tables.tab_input_bits, "3": inputs, "4": registers}[table]
    for place, value in cells.items():
        tab[int(place)] = value
context = lib.modbus_new_tcp(b"127.0.0.1", 0)
# Port 0 is not libmodbus's: the listening socket is ours, the rest is its own.
listener = socket.create_server(("127.0.0.1", 0), backlog=8)
print(listener.getsockname()[1], flush=True)
query = ctypes.create_string_buffer(260)
peers = {}
while True:
    for ready in select.select([listener, *peers.values()], [], [])[0]:
        if ready is listener:
            peer, _ = listener.accept()
            peers[peer.fileno()] = peer
            continue
        lib.modbus_set_socket(context, ready.fileno())
        length = lib.modbus_receive(context, query)
        if length > 0:
            lib.modbus_reply(context, query, length, mapping)
        elif length < 0:
            del peers[ready.fileno()]
            ready.close()
"""


@contextmanager
def server(code: str, filling: str | None = None) -> Iterator[int]:
    """Runs a server in a process of its own and gives its port; `filling` is JSON for libmodbus's."""
    words = [] if filling is None else [filling]
    process = subprocess.Popen([sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.communicate()


def mbpoll(port: int, *words: str) -> list[str]:
    """Values that mbpoll prints, `[100]: 5` a line."""
    command = ["mbpoll", "-m", "tcp", "-p", str(port), "-0", "-1", "-o", "2", *words]
    run = subprocess.run(command, capture_output=True, text=True, timeout=8, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return re.findall(r"^\[\d+\]:\s+(\S+)", run.stdout, re.MULTILINE)
