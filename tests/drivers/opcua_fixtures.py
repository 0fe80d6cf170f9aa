"""One OPC UA server for all tests of a file: it takes half a second to start."""

from collections.abc import Iterator

import pytest

from tests.drivers.opcua_server import NODES, UaServer, ua_server


@pytest.fixture(scope="module")
def shared_server() -> Iterator[UaServer]:
    with ua_server() as server:
        yield server


@pytest.fixture(name="server")
def fresh_server(shared_server: UaServer) -> Iterator[UaServer]:
    """The server of the file, with the values that it has at its start."""
    for name, (value, _) in NODES.items():
        shared_server.put(name, value)
    for limit in (11705, 11714):
        shared_server.limit(limit, 0)
    yield shared_server
    shared_server.forget_sessions()
