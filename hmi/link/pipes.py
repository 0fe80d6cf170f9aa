"""Named pipes of Windows for the link: owner alone, no clients from other machines. Used by `transports` only.

Written from the documents of CreateNamedPipe and of asyncio's proactor loop (CPython 3.11 to 3.13); not run on
Windows yet. asyncio's own pipe server makes pipes with the default rights, which let everybody read: so each pipe
is made here.
"""

import sys

if sys.platform == "win32":
    import _winapi
    import asyncio
    import ctypes
    import hashlib
    import os
    from asyncio import windows_events, windows_utils
    from collections.abc import Awaitable, Callable
    from ctypes import wintypes
    from pathlib import Path
    from typing import Any

    OnConnection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

    _REJECT_REMOTE_CLIENTS = 0x8
    _BUFFER_BYTES = 64 * 1024
    _OWNER_ALONE = "D:P(A;;GA;;;OW)"
    """Protected list with one entry: all rights for the owner (S-1-3-4), inherited by nobody."""

    class _SecurityAttributes(ctypes.Structure):
        """SECURITY_ATTRIBUTES."""

        _fields_ = (("length", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherit", wintypes.BOOL))

    class _OwnerPipeServer(windows_events.PipeServer):  # type: ignore[misc]
        """asyncio's pipe server with pipes of the owner alone."""

        def _server_pipe_handle(self, first: bool) -> Any:
            if self.closed():
                return None
            mode = _winapi.PIPE_ACCESS_DUPLEX | _winapi.FILE_FLAG_OVERLAPPED
            if first:
                mode |= _winapi.FILE_FLAG_FIRST_PIPE_INSTANCE
            pipe = windows_utils.PipeHandle(_create_pipe(self._address, mode))
            self._free_instances.add(pipe)
            return pipe

    def _create_pipe(address: str, mode: int) -> int:
        """Make one instance of the pipe."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        security = ctypes.WinDLL("advapi32", use_last_error=True)
        descriptor = ctypes.c_void_p()
        convert = security.ConvertStringSecurityDescriptorToSecurityDescriptorW
        if not convert(ctypes.c_wchar_p(_OWNER_ALONE), 1, ctypes.byref(descriptor), None):
            raise ctypes.WinError(ctypes.get_last_error())
        attributes = _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor.value, False)
        create = kernel.CreateNamedPipeW
        create.restype = wintypes.HANDLE
        handle = create(
            ctypes.c_wchar_p(address),
            mode,
            _REJECT_REMOTE_CLIENTS,
            _winapi.PIPE_UNLIMITED_INSTANCES,
            _BUFFER_BYTES,
            _BUFFER_BYTES,
            0,
            ctypes.byref(attributes),
        )
        kernel.LocalFree(descriptor)
        if handle in (None, ctypes.c_void_p(-1).value):
            raise ctypes.WinError(ctypes.get_last_error())
        return int(handle)

    def pipe_name(path: Path) -> str:
        """Give the pipe that stands for a socket of this path."""
        digest = hashlib.blake2b(os.fsencode(path), digest_size=12).hexdigest()
        return rf"\\.\pipe\clearline-{digest}-{path.stem}"

    async def listen_pipe(path: Path, on_connection: OnConnection) -> Callable[[], Awaitable[None]]:
        """Serve a pipe; returns how it is closed."""
        loop: Any = asyncio.get_running_loop()
        original, windows_events.PipeServer = windows_events.PipeServer, _OwnerPipeServer

        def protocol() -> asyncio.StreamReaderProtocol:
            return asyncio.StreamReaderProtocol(asyncio.StreamReader(), on_connection)

        try:
            (server,) = await loop.start_serving_pipe(protocol, pipe_name(path))
        finally:
            windows_events.PipeServer = original

        async def close() -> None:
            server.close()

        return close

    async def open_pipe(path: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to a pipe."""
        loop: Any = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport, _ = await loop.create_pipe_connection(lambda: protocol, pipe_name(path))
        return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
