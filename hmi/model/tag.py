"""Tags, tag types and their instances, as they stand in `tags/*.jsonl` and `types/*.jsonl`. Pure."""

from enum import StrEnum

import msgspec

from hmi.model.alarm import TypeAlarm
from hmi.model.text import Text
from hmi.model.value import TypeCode


class DataType(StrEnum):
    """How a value is laid out in the device."""

    BOOL = "bool"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BCD16 = "bcd16"
    """Four decimal digits in one register."""
    BCD32 = "bcd32"
    """Eight decimal digits in two registers."""
    STRING = "string"


TYPE_CODES: dict[DataType, TypeCode] = {
    DataType.BOOL: TypeCode.BOOL,
    DataType.INT16: TypeCode.INT64,
    DataType.UINT16: TypeCode.INT64,
    DataType.INT32: TypeCode.INT64,
    DataType.UINT32: TypeCode.INT64,
    DataType.INT64: TypeCode.INT64,
    DataType.UINT64: TypeCode.UINT64,
    DataType.FLOAT32: TypeCode.FLOAT64,
    DataType.FLOAT64: TypeCode.FLOAT64,
    DataType.BCD16: TypeCode.INT64,
    DataType.BCD32: TypeCode.INT64,
    DataType.STRING: TypeCode.TEXT,
}
"""How each type is held in the 64 bits of a row."""


class Span(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A range in engineering units; None leaves an end open."""

    low: float | None = None
    high: float | None = None


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Limits in engineering units, drawn as ticks and lines; the alarms that use them are configured apart."""

    low_low: float | None = None
    low: float | None = None
    high: float | None = None
    high_high: float | None = None


class Interlock(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What must hold before a tag may be written; inputs that are not good refuse as well."""

    condition: str
    """Expression that must be true; `value` is what is to be written."""
    title: Text = Text()
    """What stands in the way while it is not true, for people: "Steam valve is in manual"."""


class Ramp(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the PLC approaches a set-point, for display only: the HMI never ramps by repeated writes."""

    working: str = ""
    """Path of the tag with the working set-point."""
    rate: str = ""
    """Path of the tag with the rate."""
    rate_per_min: float | None = None
    """Rate in engineering units a minute, where no tag tells it."""


class WriteRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who may write a tag, when, and how it is checked."""

    right: str = "write"
    """Right that the session needs (`hmi.model.user.Right`, or one that the project names)."""
    largest_step: float | None = None
    """Largest change of one entry, engineering units; None: any."""
    needs_reason: bool = False
    interlocks: tuple[Interlock, ...] = ()
    ramp: Ramp | None = None
    tolerance: float | None = None
    """How far the read-back may differ, engineering units; None is half a step of the device's own resolution."""
    read_back: str = ""
    """Path of the tag that tells the result, where it is another one; empty is the tag itself."""
    pulse: bool = False
    """The PLC takes the value and clears it: only the echo counts, and later resetting is no fault."""
    deadline_ms: int = 5000
    """Longest time from the request to the device's answer, 100 to 60000."""
    watch_ms: int = 2000
    """How long after the confirmation a setting back by the PLC is still told."""
    every_ms: int = 300
    """Shortest time between two writes of this tag."""


class TagFields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a tag and a member of a type have in common. Everything that has its default stays out of the file."""

    device: str = ""
    """Name of the device that is read; empty in a member whose instance names it, and in a tag without a device."""
    address: str = ""
    """Where it lies, in the grammar of the device's protocol."""
    type: DataType | None = None
    """Layout in the device; None leaves it to the address (int16 for a register, bool for a bit)."""
    scan: str = ""
    """Name of a scan class of the project; empty is the device's own."""
    scale: float = 1.0
    """Engineering value = raw x scale + offset."""
    offset: float = 0.0
    """In engineering units."""
    sentinels: tuple[float, ...] = ()
    """Raw values that mean "no value" (MB-04), as numbers of the tag's own type."""
    deadband: float = 0.0
    """In engineering units: a smaller change moves the value without counting as a change; 0: every one counts."""
    unit: str = ""
    """As it is shown, for example °C."""
    decimals: int | None = None
    """Digits after the decimal point; None is 1 for a floating or scaled value, 0 for a whole one."""
    span: Span = Span()
    """Range of scales and trends."""
    instrument: Span = Span()
    """Range of the instrument; outside of it the value is held at the end and marked out of range."""
    normal: Span = Span()
    """The band in which the value should be."""
    limits: Limits = Limits()
    writable: bool = False
    """May be written at all; who may and when is asked at the command."""
    write: Span = Span()
    """Range of an operator's entry."""
    rules: WriteRules = WriteRules()
    """What a write has to pass, for writable tags."""
    states: dict[str, Text] = {}
    """Words for whole numbers, by the number as text ("0", "1")."""
    title: Text = Text()
    """What it is, short: "Temperature"."""
    slot_bytes: int = 256
    """For strings: bytes of its slot in the image, UTF-8; a longer text is cut and uncertain."""


class Tag(TagFields, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A named value with quality and time."""

    id: str
    path: str
    """Where people find it, for example `Line/Tank1.Level`."""


class Member(TagFields, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One tag of a type. `$name` in device, address and texts stands for a parameter of the type."""

    name: str
    """What comes after the instance's path and a point, for example `Level`."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A parameter of a type: text, or a number with a range."""

    name: str
    number: bool = False
    """True when it must be a number."""
    low: float | None = None
    high: float | None = None
    default: str | None = None
    """None when each instance must give it."""


class TagType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A reusable structure of tags."""

    id: str
    path: str
    title: Text = Text()
    parameters: tuple[Parameter, ...] = ()
    members: tuple[Member, ...] = ()
    alarms: tuple[TypeAlarm, ...] = ()


class Instance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One use of a type; its tags are `<path>.<member>`, their ids derived from its id and the member's name."""

    id: str
    path: str
    of: str
    """Path of the type."""
    title: Text = Text()
    parameters: dict[str, str] = {}
    overrides: dict[str, msgspec.Raw] = {}
    """Member name -> fields of that member which differ in this instance."""
    alarms: dict[str, msgspec.Raw] = {}
    """`<member>:<name>` of an alarm of the type -> fields of it which differ in this instance."""
