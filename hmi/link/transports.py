"""How the processes of one station reach each other: a Unix socket, on Windows a named pipe; never TCP.

Only the account that owns the station may speak: the socket has mode 0600 in a folder of mode 0700, and both ends
ask the kernel who the other one is (a socket in a temporary folder could be anybody's). On Windows the pipe grants
its owner alone and refuses clients from other machines.
"""

import asyncio
import contextlib
import os
import socket
import stat
import struct
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from hmi.model.errors import EnvironmentFault, LinkLost
from hmi.model.quality import Cause

OnConnection = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LONGEST_PATH_BYTES = 107
"""Of a Unix socket (`sun_path` less its end mark, unix(7))."""


class Listener:
    """An open door. `close` shuts it and takes its name away."""

    def __init__(self, close: Callable[[], Awaitable[None]]) -> None:
        """Keep how it is shut."""
        self._close = close

    async def close(self) -> None:
        """Stop listening."""
        await self._close()


def check_path(path: Path) -> None:
    """Refuse a path that the system would cut or refuse.

    Raises:
        EnvironmentFault: when it is too long for a socket.
    """
    length = len(os.fsencode(path))
    if sys.platform != "win32" and length > LONGEST_PATH_BYTES:
        raise EnvironmentFault("link.path_too_long", place=str(path), length=length, longest=LONGEST_PATH_BYTES)


if sys.platform == "win32":
    from hmi.link.pipes import listen_pipe, open_pipe

    async def listen(path: Path, on_connection: OnConnection) -> Listener:
        """Open the door of this name."""
        return Listener(await listen_pipe(path, on_connection))

    async def dial(path: Path, limit_s: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the door of this name."""
        try:
            async with asyncio.timeout(limit_s):
                return await open_pipe(path)
        except (OSError, TimeoutError) as error:
            raise LinkLost(Cause.DEVICE_OFFLINE, place=str(path)) from error

else:

    async def listen(path: Path, on_connection: OnConnection) -> Listener:
        """Open the door of this name.

        Args:
            path: of the socket; its folder is made with mode 0700 when it is missing. A socket that nobody serves
                any more is replaced.
            on_connection: called for each connection of the own account; others are ended without a word.

        Raises:
            EnvironmentFault: when the path is too long, already served, or the folder belongs to somebody else.
        """
        check_path(path)
        _make_folder(path.parent)
        _clear(path)
        door = _bind(path)
        inode = _inode(path)

        async def admit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if _is_own_account(writer.get_extra_info("socket")):
                await on_connection(reader, writer)
            else:
                writer.transport.abort()
                await asyncio.sleep(0)

        server = await asyncio.start_unix_server(admit, sock=door, backlog=16)

        async def close() -> None:
            server.close()  # not waited for: from Python 3.12 on that would wait for the connections too
            _take_away(path, inode)

        return Listener(close)

    async def dial(path: Path, limit_s: float) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the door of this name.

        Raises:
            EnvironmentFault: when the path is too long.
            LinkLost: when nobody serves it, within `limit_s` seconds, or another account does.
        """
        check_path(path)
        try:
            async with asyncio.timeout(limit_s):
                reader, writer = await asyncio.open_unix_connection(path)
        except (OSError, TimeoutError) as error:
            raise LinkLost(Cause.DEVICE_OFFLINE, place=str(path)) from error
        if not _is_own_account(writer.get_extra_info("socket")):
            writer.transport.abort()
            await asyncio.sleep(0)  # its socket is closed by the loop's next turn
            raise LinkLost(Cause.DEVICE_REFUSED, place=str(path))
        return reader, writer

    def _make_folder(folder: Path) -> None:
        """Make the runtime folder, or make sure that the one that is there is ours alone."""
        before = os.umask(0o077)  # the folders above it, where they are missing, are made with the same mode
        try:
            folder.mkdir(parents=True, exist_ok=True)
        finally:
            os.umask(before)
        found = folder.stat()
        if found.st_uid != os.getuid():
            raise EnvironmentFault("link.folder_not_ours", place=str(folder))
        if stat.S_IMODE(found.st_mode) & 0o022:
            raise EnvironmentFault("link.folder_open_to_others", place=str(folder))

    def _clear(path: Path) -> None:
        """Take away a socket that nobody serves any more."""
        if not path.exists():
            return
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise EnvironmentFault("link.name_taken", place=str(path))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(0.5)
            try:
                probe.connect(os.fspath(path))
            except (ConnectionRefusedError, FileNotFoundError):
                path.unlink(missing_ok=True)
                return
            except OSError as error:  # its queue is full: somebody is there
                raise EnvironmentFault("link.already_served", place=str(path)) from error
        raise EnvironmentFault("link.already_served", place=str(path))

    def _bind(path: Path) -> socket.socket:
        """Make the socket with mode 0600 from its first moment."""
        door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            door.bind(os.fspath(path))
        except OSError as error:
            door.close()
            raise EnvironmentFault("link.cannot_listen", place=str(path), error=error.strerror or str(error)) from error
        finally:
            os.umask(before)
        return door

    def _inode(path: Path) -> int:
        return path.stat().st_ino

    def _take_away(path: Path, inode: int) -> None:
        """Take our socket's name away, unless a successor has taken the name."""
        with contextlib.suppress(OSError):
            if _inode(path) == inode:
                path.unlink()

    def _is_own_account(peer: socket.socket) -> bool:
        """Ask the kernel who is at the other end (unix(7), SO_PEERCRED)."""
        credentials = struct.Struct("3i")
        got = peer.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, credentials.size)
        _, account, _ = credentials.unpack(got)
        return bool(account == os.getuid())
