"""The product's own health as ordinary tags, so that they are shown, trended and alarmed like any other. Pure.

The engine writes them, the window's header and the project room find them by the same function: their ids follow from
their paths.
"""

from hmi.model.device import DeviceState
from hmi.model.ident import derived_id
from hmi.model.project import Project
from hmi.model.tag import DataType, Tag
from hmi.model.text import Text

ENGINE = "System/Engine"
DEVICES = "System/Devices"

STATE_NUMBERS: dict[DeviceState, int] = {
    DeviceState.NOT_COMMISSIONED: 0,
    DeviceState.DISABLED: 1,
    DeviceState.CONNECTING: 2,
    DeviceState.ONLINE: 3,
    DeviceState.DEGRADED: 4,
    DeviceState.NOT_RUNNING: 5,
    DeviceState.OFFLINE: 6,
    DeviceState.SLOTS_HELD: 7,
}
"""The number that stands for a state in the tag `System/Devices/<name>.State`; never given another meaning."""

STATE_WORDS: dict[DeviceState, Text] = {
    DeviceState.NOT_COMMISSIONED: Text(zh="未投运", en="Not commissioned"),
    DeviceState.DISABLED: Text(zh="已停用", en="Disabled"),
    DeviceState.CONNECTING: Text(zh="连接中", en="Connecting"),
    DeviceState.ONLINE: Text(zh="在线", en="Online"),
    DeviceState.DEGRADED: Text(zh="部分异常", en="Degraded"),
    DeviceState.NOT_RUNNING: Text(zh="PLC 未运行", en="PLC not running"),
    DeviceState.OFFLINE: Text(zh="离线", en="Offline"),
    DeviceState.SLOTS_HELD: Text(zh="连接数已满", en="No free connection"),
}

_STATES = {str(number): STATE_WORDS[state] for state, number in STATE_NUMBERS.items()}


def engine_path(member: str) -> str:
    """Give the path of one of the engine's own tags, for example `System/Engine.TickMs`."""
    return f"{ENGINE}.{member}"


def device_path(device: str, member: str) -> str:
    """Give the path of a health tag of a device, for example `System/Devices/PLC1.State`."""
    return f"{DEVICES}/{device}.{member}"


def health_id(path: str) -> str:
    """Give the id of a health tag, which follows from its path."""
    return derived_id("system", path)


def state_of_number(number: int) -> DeviceState | None:
    """Give the device state that a number in the image stands for; None for a number of a newer version."""
    return next((state for state, value in STATE_NUMBERS.items() if value == number), None)


def health_tags(project: Project) -> tuple[Tag, ...]:
    """Give the health tags of a project: those of the engine, then those of each device."""
    whole, number = DataType.INT64, DataType.FLOAT64
    found = [
        _tag(engine_path("Overrun"), whole, "错过的扫描", "Missed scans"),
        _tag(engine_path("TickMs"), number, "周期用时", "Tick time", unit="ms", decimals=2),
        _tag(engine_path("QueueDepth"), whole, "待处理应答", "Answers waiting"),
        _tag(engine_path("DiskFreeGb"), number, "剩余磁盘", "Free disk", unit="GB"),
        _tag(engine_path("Uptime"), number, "运行时间", "Uptime", unit="s", decimals=0),
    ]
    for device in project.devices:
        name = device.name
        found += [
            _tag(device_path(name, "State"), whole, "连接状态", "Connection state", states=_STATES),
            _tag(device_path(name, "Rate"), number, "每秒数值", "Values per second", unit="1/s"),
            _tag(device_path(name, "Errors"), whole, "通信错误", "Communication errors"),
            _tag(device_path(name, "RoundTripMs"), number, "应答时间", "Round trip", unit="ms"),
            _tag(device_path(name, "LastError"), whole, "最近错误编号", "Number of the last error"),
        ]
    return tuple(found)


def _tag(
    path: str,
    kind: DataType,
    zh: str,
    en: str,
    *,
    unit: str = "",
    decimals: int | None = None,
    states: dict[str, Text] | None = None,
) -> Tag:
    return Tag(
        id=health_id(path),
        path=path,
        type=kind,
        unit=unit,
        decimals=decimals,
        states=states or {},
        title=Text(zh=zh, en=en),
    )
