"""Frames: what is no message of the conversation is refused, whatever it is."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.link import MAX_MESSAGE_BYTES, FrameError, Framing
from hmi.link.framing import HEADER, body_length
from hmi.link.messages import AskStatus, FaultKind, SetFault, SimulatedDevice, SimulatorMessage, SimulatorStatus
from hmi.model.text import Text

framing: Framing[SimulatorMessage] = Framing(SimulatorMessage)


@pytest.mark.parametrize(
    "message",
    [
        AskStatus(),
        SetFault(device="PLC-1", kind=FaultKind.STOP_HOLDING),
        SimulatorStatus(devices=(SimulatedDevice(name="PLC-1", title=Text(zh="制水", en="Water")),), seed=7),
    ],
)
def test_that_a_message_comes_back_as_it_was_sent(message):
    frame = framing.pack(message)
    assert body_length(frame[: HEADER.size]) == len(frame) - HEADER.size
    assert framing.unpack(frame[HEADER.size :]) == message


def test_that_an_unknown_tag_is_refused():
    body = msgspec.msgpack.encode({"is": "open_the_valve"})
    with pytest.raises(FrameError):
        framing.unpack(body)


def test_that_an_unknown_field_is_refused():
    body = msgspec.msgpack.encode({"is": "set_fault", "device": "PLC-1", "kind": "none", "force": True})
    with pytest.raises(FrameError):
        framing.unpack(body)


@pytest.mark.parametrize("length", [0, MAX_MESSAGE_BYTES + 1, 2**32 - 1])
def test_that_a_length_outside_the_limit_is_refused(length):
    with pytest.raises(FrameError):
        body_length(HEADER.pack(length))


def test_that_a_message_over_the_limit_is_never_sent():
    with pytest.raises(FrameError):
        framing.pack(SetFault(device="x" * (MAX_MESSAGE_BYTES + 1), kind=FaultKind.NONE))


@given(st.binary(max_size=400))
def test_that_rubbish_is_a_message_of_the_conversation_or_a_frame_error(rubbish):
    try:
        message = framing.unpack(rubbish)
    except FrameError:
        return
    assert isinstance(message, SimulatorMessage)


def test_that_deep_nesting_is_refused():
    with pytest.raises(FrameError):
        framing.unpack(b"\x91" * 100_000 + b"\x00")
