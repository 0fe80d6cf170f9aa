"""The tree of errors. Each carries a reason (code and arguments); expected faults of one tag are qualities, not errors.

HmiError
├── UsageError         a command line or argument that makes no sense (exit code 2)
├── EnvironmentFault   something of the machine is missing: a library, a folder, a right (exit code 3)
├── ProjectError       a project file or import that cannot be used
├── AddressError       a device address that cannot be read
├── ExpressionError    an expression that cannot be compiled
├── ImageError         the process image cannot be made or read
└── LinkLost           the connection to a device or process is gone
"""

from hmi.model.quality import Cause
from hmi.model.reason import Argument, Reason


class HmiError(Exception):
    """Base of all: `reason` says what, `place` says where (file:line, tag, device or command)."""

    def __init__(self, code: str, *, place: str = "", **arguments: Argument) -> None:
        """Keep the reason; `str()` gives code and arguments for logs, `hmi.words.say_error` the sentence."""
        self.reason = Reason(code, arguments)
        self.place = place
        shown = ", ".join(f"{name}={value}" for name, value in arguments.items())
        super().__init__(f"{place}: {code}({shown})" if place else f"{code}({shown})")


class UsageError(HmiError):
    """A command line or an argument that makes no sense."""


class EnvironmentFault(HmiError):
    """Something of the machine is missing: a library, a folder, a right."""


class ProjectError(HmiError):
    """A project file or an import that cannot be used."""


class AddressError(HmiError):
    """A device address that cannot be read."""


class ExpressionError(HmiError):
    """An expression that cannot be compiled; `column` counts from 1."""

    def __init__(self, code: str, *, column: int = 1, place: str = "", **arguments: Argument) -> None:
        """Keep where in the source the fault is."""
        super().__init__(code, place=place, column=column, **arguments)
        self.column = column


class ImageError(HmiError):
    """The process image cannot be made or read."""


class LinkLost(HmiError):
    """The connection to a device or to another process is gone; `cause` is what its tags get."""

    def __init__(self, cause: Cause = Cause.DEVICE_OFFLINE, *, place: str = "", **arguments: Argument) -> None:
        """Keep the cause; its words are those of the catalogue for the cause."""
        super().__init__(f"cause.{cause.name.lower()}", place=place, **arguments)
        self.cause = cause
