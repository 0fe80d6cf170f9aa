"""What the status codes of a server mean to us: a cause for a value, for a write, for a connection. Pure.

Numbers of OPC UA part 6, annex A.2, without their lower 16 bits of information.
"""

from hmi.drivers.contract import WriteState
from hmi.model.quality import Cause

OVERFLOW = 0x0480
"""InfoType DataValue and Overflow: changes of this value were lost in the server's queue (part 4, 7.39)."""
BAD_TOO_MANY_PUBLISH_REQUESTS = 0x8078
BAD_NO_SUBSCRIPTION = 0x8079
BAD_SUBSCRIPTION_ID_INVALID = 0x8028
BAD_MESSAGE_NOT_AVAILABLE = 0x807B

_ITEM: dict[int, Cause] = {
    0x8032: Cause.NEVER_READ,  # BadWaitingForInitialData
    0x8033: Cause.ILLEGAL_ADDRESS,  # BadNodeIdInvalid
    0x8034: Cause.ILLEGAL_ADDRESS,  # BadNodeIdUnknown
    0x8035: Cause.ILLEGAL_ADDRESS,  # BadAttributeIdInvalid
    0x803A: Cause.ACCESS_DENIED,  # BadNotReadable
    0x803B: Cause.ACCESS_DENIED,  # BadNotWritable
    0x801F: Cause.ACCESS_DENIED,  # BadUserAccessDenied
    0x803C: Cause.ILLEGAL_VALUE,  # BadOutOfRange
    0x8074: Cause.TYPE_MISMATCH,  # BadTypeMismatch
    0x8073: Cause.ILLEGAL_FUNCTION,  # BadWriteNotSupported
    0x803D: Cause.ILLEGAL_FUNCTION,  # BadNotSupported
    0x8040: Cause.ILLEGAL_FUNCTION,  # BadNotImplemented
    0x8005: Cause.GATEWAY_TARGET_SILENT,  # BadCommunicationError
    0x800A: Cause.GATEWAY_TARGET_SILENT,  # BadTimeout
    0x800D: Cause.GATEWAY_TARGET_SILENT,  # BadServerNotConnected
    0x8031: Cause.GATEWAY_TARGET_SILENT,  # BadNoCommunication
    0x808A: Cause.GATEWAY_TARGET_SILENT,  # BadNotConnected
    0x4091: Cause.SUBSTITUTED,  # UncertainSubstituteValue
    0x4209: Cause.SIMULATED,  # UncertainSimulatedValue
    0x0096: Cause.FORCED,  # GoodLocalOverride
}
_MAY_HAVE_HAPPENED = frozenset({0x8001, 0x8002, 0x8005, 0x800A, 0x8031, 0x8084, 0x8085, 0x808A, 0x808B})
"""Unexpected or internal error, communication error, timeout, no communication, request interrupted or timed out, not
connected, device failure: the server does not know either."""

_LINK: dict[int, Cause] = {
    0x8055: Cause.SECURITY_NEEDED,  # BadSecurityPolicyRejected
    0x8054: Cause.SECURITY_NEEDED,  # BadSecurityModeRejected
    0x8013: Cause.SECURITY_NEEDED,  # BadSecurityChecksFailed
    0x801F: Cause.ACCESS_DENIED,  # BadUserAccessDenied
    0x8020: Cause.ACCESS_DENIED,  # BadIdentityTokenInvalid
    0x8021: Cause.ACCESS_DENIED,  # BadIdentityTokenRejected
    0x8056: Cause.DEVICE_BUSY,  # BadTooManySessions
    0x80B7: Cause.DEVICE_BUSY,  # BadMaxConnectionsReached
    0x80EE: Cause.DEVICE_BUSY,  # BadServerTooBusy
    0x807D: Cause.DEVICE_BUSY,  # BadTcpServerTooBusy
    0x8077: Cause.DEVICE_BUSY,  # BadTooManySubscriptions
    0x800A: Cause.DEVICE_TIMED_OUT,  # BadTimeout
    0x800C: Cause.DEVICE_RESET,  # BadShutdown
    0x800E: Cause.DEVICE_RESET,  # BadServerHalted
    0x8022: Cause.DEVICE_RESET,  # BadSecureChannelIdInvalid
    0x8025: Cause.DEVICE_RESET,  # BadSessionIdInvalid
    0x8026: Cause.DEVICE_RESET,  # BadSessionClosed
    0x8027: Cause.DEVICE_RESET,  # BadSessionNotActivated
    0x8086: Cause.DEVICE_RESET,  # BadSecureChannelClosed
    BAD_NO_SUBSCRIPTION: Cause.SUBSCRIPTION_ENDED,
    BAD_SUBSCRIPTION_ID_INVALID: Cause.SUBSCRIPTION_ENDED,
}


def cause_of_value(status: int) -> Cause:
    """Say why a value is not plain good; NONE for every other good status, whose own bits stay in the row."""
    known = _ITEM.get(status >> 16)
    if known is not None:
        return known
    severity = status >> 30
    return Cause.NONE if severity == 0 else Cause.REPORTED_UNCERTAIN if severity == 1 else Cause.REPORTED_BAD


def result_of_write(status: int) -> tuple[WriteState, Cause]:
    """Say what became of a write."""
    if status >> 30 == 0:
        return WriteState.DONE, Cause.NONE
    cause = _ITEM.get(status >> 16, Cause.DEVICE_FAILURE)
    open_end = status >> 16 in _MAY_HAVE_HAPPENED or status >> 30 == 1
    return (WriteState.UNKNOWN if open_end else WriteState.REFUSED), cause


def cause_of_fault(status: int) -> Cause:
    """Say why a whole request, or the connection, was refused."""
    return _LINK.get(status >> 16, Cause.DEVICE_FAILURE)


def ends_the_link(status: int) -> bool:
    """Tell whether a refused request means that channel, session or subscription is gone."""
    return _LINK.get(status >> 16) in (Cause.DEVICE_RESET, Cause.SUBSCRIPTION_ENDED)
