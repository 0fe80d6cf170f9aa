"""Makes projects for benchmarks: one Modbus device, as many registers as wanted, a screen full of read-outs."""

from pathlib import Path

import msgspec

from hmi.model.device import Device
from hmi.model.ident import derived_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.tag import DataType, Tag
from hmi.model.text import Text
from hmi.project import write_project

COLUMNS = 40
ROWS = 25


def make_project(folder: Path, *, port: int, tags: int, scan: str, shown: int) -> None:
    """Writes the project that `project_of` makes into a folder."""
    write_project(project_of(port=port, tags=tags, scan=scan, shown=shown), folder)


def project_of(*, port: int, tags: int, scan: str, shown: int) -> Project:
    """Makes a project.

    Args:
        port: of the Modbus server on loopback.
        tags: registers `hr0` and following.
        scan: `fast` (100 ms), `normal` (1 s) or `slow`.
        shown: read-outs on the screen, at most 1,000.
    """
    options = msgspec.Raw(msgspec.json.encode({"host": "127.0.0.1", "port": port}))
    screen = Screen(id=derived_id("bench", "screen"), path="All", title=Text(zh="全部", en="All"))
    elements = tuple(
        Element(
            id=derived_id("bench", "element", str(number)),
            type="readout",
            at=(16 + 47 * (number % COLUMNS), 16 + 37 * (number // COLUMNS % ROWS), 46, 30),
            bind={"value": f"{{Line/T{number}}}"},
            props=msgspec.Raw(b'{"label":"none","size":17,"digits":5,"unit":""}'),
        )
        for number in range(shown)
    )
    return Project(
        header=ProjectHeader(id=derived_id("bench", "project"), name="bench", title=Text(zh="基准", en="Benchmark")),
        devices=(
            Device(id=derived_id("bench", "plc"), name="PLC-1", protocol="modbus-tcp", options=options, scan=scan),
        ),
        tags=tuple(
            Tag(
                id=derived_id("bench", "tag", str(number)),
                path=f"Line/T{number}",
                device="PLC-1",
                address=f"hr{number}",
                type=DataType.INT16,
            )
            for number in range(tags)
        ),
        screens=(screen,),
        elements={screen.id: elements},
        navigation=(NavigationItem(id=derived_id("bench", "nav"), title=Text(zh="全部", en="All"), screens=("All",)),),
    )
