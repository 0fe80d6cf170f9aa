"""Where the processes write what happens to them: `logs/<process>.log` in the data folder, rotated. Used by the verbs.

Times are UTC. The level is INFO, or what `HMI_LOG_LEVEL` says.
"""

import contextlib
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path

from hmi.cli import speech
from hmi.model.errors import EnvironmentFault
from hmi.model.station import station_of

OWN_FAULT = 70
"""Exit code of a fault of the program itself."""
_BYTES = 1024 * 1024
_KEPT = 5
_FORM = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s [%(process)d] %(message)s"
_DATE = "%Y-%m-%dT%H:%M:%S"


class _TurnedFile(logging.FileHandler):
    """A file that is put aside at `_BYTES`; the `_KEPT` last ones are kept, `.1` is the newest.

    As `logging.handlers.RotatingFileHandler`, whose module loads sockets and queues: 4 ms of a window's start.
    """

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record, into a new file where the present one is full."""
        stream = self.stream
        if stream is not None and stream.tell() >= _BYTES:
            stream.close()
            self._put_aside()
            self.stream = self._open()
        super().emit(record)

    def _put_aside(self) -> None:
        names = [self.baseFilename, *(f"{self.baseFilename}.{number}" for number in range(1, _KEPT + 1))]
        for new, old in zip(names[:0:-1], names[-2::-1], strict=True):
            with contextlib.suppress(OSError):  # not there yet, or held open by another program: then it grows
                os.replace(old, new)


def log_to(folder: Path, process: str) -> Path:
    """Send the log of this process to a file.

    Args:
        folder: the data folder; `logs` is made in it.
        process: `engine`, `window`, `simulator` or `launcher`.

    Raises:
        EnvironmentFault: when it cannot be written there.
    """
    path = folder / "logs" / f"{process}.log"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _TurnedFile(path, encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault("cli.data_not_writable", place=str(path.parent), error=str(error.strerror)) from error
    form = logging.Formatter(_FORM, _DATE)
    form.converter = time.gmtime
    handler.setFormatter(form)
    level = logging.getLevelNamesMapping().get(os.environ.get("HMI_LOG_LEVEL", "INFO").upper(), logging.INFO)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    return path


def keep_fault(given: Sequence[str], error: BaseException) -> None:
    """Write a fault of our own to the log and say it in one sentence; the exit code is then `OWN_FAULT`."""
    written = _log_fault(given, error)
    words = f"{type(error).__name__}: {error}"
    speech.complain(speech.tell("cli.own_fault", error=words, place=_where(error), file=written))


def _log_fault(given: Sequence[str], error: BaseException) -> str:
    """Write the traceback of a fault of our own; gives the name of the file, or "-" when there is none."""
    log = logging.getLogger("hmi.cli")
    handlers = [one for one in logging.getLogger().handlers if isinstance(one, logging.FileHandler)]
    try:
        path = Path(handlers[0].baseFilename) if handlers else log_to(_data_root(given), "hmi")
    except (EnvironmentFault, OSError, RuntimeError, ValueError):  # telling of a fault must not be one
        return "-"
    log.error("the verb %s failed", given[0] if given else "", exc_info=error)
    return str(path)


def _where(error: BaseException) -> str:
    """Give file and line in which a fault of our own arose, for the one sentence that is shown."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace is not None else "?"


def _data_root(given: Sequence[str]) -> Path:
    """Give the data folder of a command line that may not even have been parsed."""
    words = [part for word in given for part in (word.split("=", 1) if word.startswith("--data=") else (word,))]
    named = words[words.index("--data") + 1] if "--data" in words[:-1] else None
    return station_of("-", "-", data=Path(named) if named else None, environ=os.environ).data.parent
