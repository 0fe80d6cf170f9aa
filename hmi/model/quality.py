"""Quality of a value: a 32-bit OPC UA status, a 16-bit cause in our own words, and the look that follows.

Written by the engine into the image, read by window and command line. The cause decides the status and the look, so
that one table (`CAUSES`) is the only place where "what does this mean, how is it drawn" is settled.
"""

from enum import IntEnum

import msgspec


class QualityClass(IntEnum):
    """Severity of a status: its top two bits (OPC UA part 4, 7.39)."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


class Status(IntEnum):
    """The OPC UA status codes that the product uses (OPC UA part 6, annex A.2)."""

    GOOD = 0x0000_0000
    GOOD_LOCAL_OVERRIDE = 0x0096_0000
    UNCERTAIN = 0x4000_0000
    UNCERTAIN_LAST_USABLE_VALUE = 0x4090_0000
    UNCERTAIN_SUBSTITUTE_VALUE = 0x4091_0000
    UNCERTAIN_ENGINEERING_UNITS_EXCEEDED = 0x4094_0000
    UNCERTAIN_SIMULATED_VALUE = 0x4209_0000
    BAD = 0x8000_0000
    BAD_DECODING_ERROR = 0x8007_0000
    BAD_TIMEOUT = 0x800A_0000
    BAD_NO_COMMUNICATION = 0x8031_0000
    BAD_WAITING_FOR_INITIAL_DATA = 0x8032_0000
    BAD_NODE_ID_UNKNOWN = 0x8034_0000
    BAD_OUT_OF_RANGE = 0x803C_0000
    BAD_TYPE_MISMATCH = 0x8074_0000
    BAD_CONFIGURATION_ERROR = 0x8089_0000
    BAD_DEVICE_FAILURE = 0x808B_0000
    BAD_SENSOR_FAILURE = 0x808C_0000
    BAD_OUT_OF_SERVICE = 0x808D_0000


class Look(IntEnum):
    """How a value is drawn (specs/look/LOOK.md section 6). One integer, so a changed look is one compare.

    The order is the order of severity: of several inputs the highest wins.
    """

    GOOD = 0
    SIMULATED = 1
    SUBSTITUTED = 2
    FORCED = 3
    OUT_OF_RANGE = 4
    UNCERTAIN = 5
    NOT_RUNNING = 6
    STALE = 7
    BAD = 8
    NEVER_READ = 9


class Cause(IntEnum):
    """Why a quality is not plain good. The words are in the catalogue under `cause.<name in lower case>`."""

    NONE = 0
    NEVER_READ = 1
    STALE = 2
    ENGINE_SILENT = 3
    NOT_IN_PROJECT = 4
    ENGINE_RESTARTED = 5

    DEVICE_OFFLINE = 10
    DEVICE_REFUSED = 11
    DEVICE_RESET = 12
    DEVICE_TIMED_OUT = 13
    DEVICE_DISABLED = 14
    DEVICE_NOT_COMMISSIONED = 15
    DEVICE_CONNECTING = 16
    HOST_UNKNOWN = 17
    GATEWAY_NO_PATH = 18
    GATEWAY_TARGET_SILENT = 19

    PLC_NOT_RUNNING = 20
    HEARTBEAT_STOPPED = 21
    MAP_CHANGED = 22
    LIVENESS_PENDING = 23
    ONLY_ZEROS = 24

    ILLEGAL_FUNCTION = 30
    ILLEGAL_ADDRESS = 31
    ILLEGAL_VALUE = 32
    DEVICE_FAILURE = 33
    DEVICE_BUSY = 34
    MALFORMED_ANSWER = 35
    WRONG_COUNT = 36
    WRONG_FUNCTION = 37
    WRONG_UNIT = 38

    NOT_A_NUMBER = 50
    INFINITE = 51
    BCD_DIGIT = 52
    SENTINEL = 53
    TEXT_INVALID = 54
    TEXT_TOO_LONG = 55
    BELOW_RANGE = 56
    ABOVE_RANGE = 57
    SCALING_OVERFLOW = 58

    FORCED = 60
    SUBSTITUTED = 61
    SIMULATED = 62

    DIVISION_BY_ZERO = 70
    OVERFLOW = 71
    OUTSIDE_DOMAIN = 72
    TYPE_MISMATCH = 73
    INPUT_NOT_GOOD = 74
    TEXT_RESULT_TOO_LONG = 75

    REPORTED_BAD = 80
    """The device itself calls the value bad; its own status says more."""
    REPORTED_UNCERTAIN = 81
    """The device itself calls the value uncertain; its own status says more."""
    NO_VALUE = 82
    NOT_SCALAR = 83
    """An array or a structure."""
    ACCESS_DENIED = 84
    SECURITY_NEEDED = 85
    PASSWORD_IN_CLEAR = 86
    """The password would have to leave unprotected, which nobody has allowed."""
    SECRET_MISSING = 87
    """The station keeps no password under the name in the project."""
    SUBSCRIPTION_ENDED = 88

    CONFIGURATION_ERROR = 90


class CauseRule(msgspec.Struct, frozen=True):
    """What follows from a cause."""

    status: Status
    """The status a value gets with this cause."""
    look: Look
    """How it is drawn."""
    keeps_value: bool
    """True when the last value may still be read (struck or underlined); false when there is none to show."""


_OFFLINE = CauseRule(Status.BAD_NO_COMMUNICATION, Look.BAD, keeps_value=True)
_DEVICE_ERROR = CauseRule(Status.BAD_DEVICE_FAILURE, Look.BAD, keeps_value=True)
_NOT_RUNNING = CauseRule(Status.UNCERTAIN_LAST_USABLE_VALUE, Look.NOT_RUNNING, keeps_value=True)
_BAD_DATA = CauseRule(Status.BAD_DECODING_ERROR, Look.BAD, keeps_value=False)
_BAD_SENSOR = CauseRule(Status.BAD_SENSOR_FAILURE, Look.BAD, keeps_value=False)
_NO_RESULT = CauseRule(Status.BAD_OUT_OF_RANGE, Look.BAD, keeps_value=False)
_OUT_OF_RANGE = CauseRule(Status.UNCERTAIN_ENGINEERING_UNITS_EXCEEDED, Look.OUT_OF_RANGE, keeps_value=True)
_STALE = CauseRule(Status.UNCERTAIN_LAST_USABLE_VALUE, Look.STALE, keeps_value=True)

CAUSES: dict[Cause, CauseRule] = {
    Cause.NONE: CauseRule(Status.GOOD, Look.GOOD, keeps_value=True),
    Cause.NEVER_READ: CauseRule(Status.BAD_WAITING_FOR_INITIAL_DATA, Look.NEVER_READ, keeps_value=False),
    Cause.STALE: _STALE,
    Cause.ENGINE_SILENT: _STALE,
    Cause.ENGINE_RESTARTED: _STALE,
    Cause.NOT_IN_PROJECT: CauseRule(Status.BAD_NODE_ID_UNKNOWN, Look.BAD, keeps_value=False),
    Cause.DEVICE_OFFLINE: _OFFLINE,
    Cause.DEVICE_REFUSED: _OFFLINE,
    Cause.DEVICE_RESET: _OFFLINE,
    Cause.DEVICE_TIMED_OUT: CauseRule(Status.BAD_TIMEOUT, Look.BAD, keeps_value=True),
    Cause.DEVICE_DISABLED: CauseRule(Status.BAD_OUT_OF_SERVICE, Look.BAD, keeps_value=True),
    Cause.DEVICE_NOT_COMMISSIONED: CauseRule(Status.BAD_OUT_OF_SERVICE, Look.BAD, keeps_value=False),
    Cause.DEVICE_CONNECTING: _OFFLINE,
    Cause.HOST_UNKNOWN: _OFFLINE,
    Cause.GATEWAY_NO_PATH: _OFFLINE,
    Cause.GATEWAY_TARGET_SILENT: _OFFLINE,
    Cause.PLC_NOT_RUNNING: _NOT_RUNNING,
    Cause.HEARTBEAT_STOPPED: _NOT_RUNNING,
    Cause.MAP_CHANGED: CauseRule(Status.BAD_CONFIGURATION_ERROR, Look.BAD, keeps_value=False),
    Cause.ONLY_ZEROS: CauseRule(Status.BAD_OUT_OF_SERVICE, Look.BAD, keeps_value=False),
    Cause.LIVENESS_PENDING: CauseRule(Status.UNCERTAIN, Look.UNCERTAIN, keeps_value=True),
    Cause.ILLEGAL_FUNCTION: CauseRule(Status.BAD_CONFIGURATION_ERROR, Look.BAD, keeps_value=False),
    Cause.ILLEGAL_ADDRESS: CauseRule(Status.BAD_CONFIGURATION_ERROR, Look.BAD, keeps_value=False),
    Cause.ILLEGAL_VALUE: CauseRule(Status.BAD_CONFIGURATION_ERROR, Look.BAD, keeps_value=False),
    Cause.DEVICE_FAILURE: _DEVICE_ERROR,
    Cause.DEVICE_BUSY: _DEVICE_ERROR,
    Cause.MALFORMED_ANSWER: _DEVICE_ERROR,
    Cause.WRONG_COUNT: _DEVICE_ERROR,
    Cause.WRONG_FUNCTION: _DEVICE_ERROR,
    Cause.WRONG_UNIT: _DEVICE_ERROR,
    Cause.NOT_A_NUMBER: _BAD_DATA,
    Cause.INFINITE: _BAD_DATA,
    Cause.BCD_DIGIT: _BAD_DATA,
    Cause.SENTINEL: _BAD_SENSOR,
    Cause.TEXT_INVALID: _BAD_DATA,
    Cause.TEXT_TOO_LONG: CauseRule(Status.UNCERTAIN, Look.UNCERTAIN, keeps_value=True),
    Cause.BELOW_RANGE: _OUT_OF_RANGE,
    Cause.ABOVE_RANGE: _OUT_OF_RANGE,
    Cause.SCALING_OVERFLOW: _NO_RESULT,
    Cause.FORCED: CauseRule(Status.GOOD_LOCAL_OVERRIDE, Look.FORCED, keeps_value=True),
    Cause.SUBSTITUTED: CauseRule(Status.UNCERTAIN_SUBSTITUTE_VALUE, Look.SUBSTITUTED, keeps_value=True),
    Cause.SIMULATED: CauseRule(Status.UNCERTAIN_SIMULATED_VALUE, Look.SIMULATED, keeps_value=True),
    Cause.DIVISION_BY_ZERO: _NO_RESULT,
    Cause.OVERFLOW: _NO_RESULT,
    Cause.OUTSIDE_DOMAIN: _NO_RESULT,
    Cause.TYPE_MISMATCH: CauseRule(Status.BAD_TYPE_MISMATCH, Look.BAD, keeps_value=False),
    Cause.INPUT_NOT_GOOD: CauseRule(Status.BAD, Look.BAD, keeps_value=False),
    Cause.TEXT_RESULT_TOO_LONG: _NO_RESULT,
    Cause.REPORTED_BAD: CauseRule(Status.BAD, Look.BAD, keeps_value=False),
    Cause.REPORTED_UNCERTAIN: CauseRule(Status.UNCERTAIN, Look.UNCERTAIN, keeps_value=True),
    Cause.NO_VALUE: CauseRule(Status.BAD, Look.BAD, keeps_value=False),
    Cause.NOT_SCALAR: CauseRule(Status.BAD_TYPE_MISMATCH, Look.BAD, keeps_value=False),
    Cause.ACCESS_DENIED: _OFFLINE,
    Cause.SECURITY_NEEDED: _OFFLINE,
    Cause.PASSWORD_IN_CLEAR: _OFFLINE,
    Cause.SECRET_MISSING: _OFFLINE,
    Cause.SUBSCRIPTION_ENDED: _OFFLINE,
    Cause.CONFIGURATION_ERROR: CauseRule(Status.BAD_CONFIGURATION_ERROR, Look.BAD, keeps_value=False),
}


CAUSE_ROOM = 256
"""Length of tables by number of cause; all numbers from the last place on are read there, where no cause stands."""


def quality_class(status: int) -> QualityClass:
    """Say whether a 32-bit OPC UA status is good, uncertain or bad (the reserved severity 3 counts as bad)."""
    return QualityClass(min(status >> 30 & 3, 2))


def status_of(cause: Cause) -> Status:
    """Give the status that belongs to a cause."""
    return CAUSES[cause].status


_BY_NUMBER: dict[int, Cause] = {int(cause): cause for cause in Cause}


def cause_of(number: int) -> Cause:
    """Give the cause of a number; one that this version does not know is bad and keeps no value, never good."""
    return _BY_NUMBER.get(number, Cause.CONFIGURATION_ERROR)


def rule_of(number: int) -> CauseRule:
    """Give what follows from the cause of a number; one that this version does not know is bad, never good."""
    return CAUSES[cause_of(number)]


def look_of(cause: int) -> Look:
    """Give the look of a cause; a cause that this version does not know is drawn as bad, never as good."""
    return rule_of(cause).look


def words_of(number: int) -> str:
    """Give the code of the words of a cause; one that this version does not know has words of its own."""
    cause = _BY_NUMBER.get(number)
    return f"cause.{cause.name.lower()}" if cause is not None else "cause.unknown"
