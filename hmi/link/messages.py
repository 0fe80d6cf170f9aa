"""What is said over the link: one tagged union of frozen structs a conversation. Pure; every process may import it.

Simulator conversation (socket `simulator.sock` of the runtime folder): the window of `hmi demo` asks, the simulator
answers each message with one of its own. There is no other way to the simulator, and none of its words reach an
engine.
"""

from enum import StrEnum

import msgspec

from hmi.model.reason import Reason
from hmi.model.text import Text

SIMULATOR_SOCKET = "simulator.sock"
"""Name of the simulator's control socket in the runtime folder."""
ENGINE_SOCKET = "engine.sock"
"""Name of the engine's socket in the runtime folder."""


class FaultKind(StrEnum):
    """How a simulated device can be broken."""

    NONE = "none"
    """Whole again."""
    DEVICE_OFF = "device_off"
    """Switched off: the port refuses."""
    CABLE_PULLED = "cable_pulled"
    """Nothing answers any more, nothing is refused either."""
    STOP_HOLDING = "stop_holding"
    """PLC in STOP: holds its values and confirms writes without doing anything."""
    STOP_ZEROS = "stop_zeros"
    """PLC in STOP: serves zeros."""
    SHIFTED = "shifted"
    """Registers shifted by two, as after a download of another program."""
    SLOW = "slow"
    """Answers late."""
    NOISE = "noise"
    """Measured values are noisy."""
    DRIFT = "drift"
    """Measured values drift away."""
    STUCK = "stuck"
    """Measured values stand still while the program runs on."""
    FLOOD = "flood"
    """Every measured value with limits reads beyond the outermost of them: many alarms at once."""
    VALVE_OPEN = "valve_open"
    """The program keeps the steam valve of T-102 open in automatic; manual closes it (demo line only)."""
    JAM = "jam"
    """A bottle jams the capping station until it is cleared (demo line only)."""


class Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="is"):
    """Base of every message of the link."""


class AskStatus(Message, frozen=True, kw_only=True, tag="ask_status"):
    """Window to simulator: how are the devices?"""


class SetFault(Message, frozen=True, kw_only=True, tag="set_fault"):
    """Window to simulator: break a device, or mend it (`NONE`). The answer is the new status, or `Refused`."""

    device: str
    """Name of the device."""
    kind: FaultKind


class SimulatedDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One simulated device."""

    name: str
    title: Text = Text()
    endpoint: str = ""
    """Where it listens, for example 127.0.0.1:15020."""
    fault: FaultKind = FaultKind.NONE
    faults: tuple[FaultKind, ...] = tuple(FaultKind)
    """Which faults this device offers; those of the process only where the device has the tags for them."""
    clients: int = 0
    """Connections that are open now."""


class SimulatorStatus(Message, frozen=True, kw_only=True, tag="simulator_status"):
    """Simulator to window: the devices as they are now."""

    devices: tuple[SimulatedDevice, ...] = ()
    seed: int = 0
    """Seed of the process model."""


class Refused(Message, frozen=True, kw_only=True, tag="refused"):
    """The other side did not do it."""

    reason: Reason
    number: int = 0
    """Of what was asked, where asks are numbered."""


SimulatorMessage = AskStatus | SetFault | SimulatorStatus | Refused
"""Everything that is said on the simulator's control socket."""
