"""How long a large project takes: 20,000 tags read and checked, in CPU time of this process; medians of five rounds."""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from hmi.model.device import Device, Heartbeat
from hmi.model.ident import derived_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.tag import DataType, Limits, Span, Tag
from hmi.model.text import Text
from hmi.project import check_project, read_project, write_project
from hmi.project.edits import Rename, What

TAGS = 20_000
DEVICES = 20
ROUNDS = 5


def large_project() -> Project:
    """Make 20,000 tags on 20 devices, each with what a real tag has."""
    devices = tuple(
        Device(
            id=derived_id("bench", "device", str(number)),
            name=f"PLC{number}",
            protocol="modbus-tcp",
            options=msgspec.Raw(msgspec.json.encode({"host": f"10.0.0.{number}"})),
            liveness=Heartbeat(address="hr0"),
        )
        for number in range(DEVICES)
    )
    tags = (
        Tag(
            id=derived_id("bench", str(number)),
            path=f"Line{number % 8}/Unit{number // 100}.Value{number}",
            device=f"PLC{number % DEVICES}",
            address=f"hr{2 * (number // DEVICES) + 1}:float32:CDAB",
            type=DataType.FLOAT32,
            unit="°C",
            scale=0.5,
            span=Span(low=0.0, high=150.0),
            limits=Limits(low=10.0, high=140.0),
            title=Text(zh="温度", en="Temperature"),
        )
        for number in range(TAGS)
    )
    header = ProjectHeader(id=derived_id("bench"), name="bench")
    return Project(
        header=header,
        devices=tuple(sorted(devices, key=lambda one: one.id)),
        tags=tuple(sorted(tags, key=lambda one: one.id)),
    )


def median_s(work: Callable[[], object]) -> float:
    """Give the median CPU time of a piece of work, seconds."""
    figures = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        figures.append(time.process_time() - start)
    return statistics.median(figures)


def run() -> list[dict[str, Any]]:
    """Measure."""
    project = large_project()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_project(project, folder)
        result = read_project(folder)
        if result.project != project or result.problems:
            raise ValueError("the project did not come back as it was written")
        found = check_project(project, result.spots)
        if found:
            raise ValueError(f"the project should be sound: {found[0]}")
        read_s = median_s(lambda: read_project(folder))
        check_s = median_s(lambda: check_project(project, result.spots))
        both_s = median_s(lambda: check_project(read_project(folder).project or project))
        write_s = median_s(lambda: write_project(project, folder))
    rename = Rename(what=What.TAG, id=project.tags[0].id, name="Elsewhere")
    rename_s = median_s(lambda: rename.apply(project))
    return [
        row("20,000 tags, read and checked", both_s, 1.0),
        row("20,000 tags, read", read_s, None),
        row("20,000 tags, checked", check_s, None),
        row("20,000 tags, saved without a change", write_s, None),
        row("20,000 tags, one renamed", rename_s, None),
    ]


def row(name: str, figure_s: float, goal_s: float | None) -> dict[str, Any]:
    """Make a row of the result; a figure without a goal only tells."""
    met = None if goal_s is None else figure_s < goal_s
    return {"name": name, "figure": round(figure_s, 3), "unit": "s CPU", "goal": goal_s, "met": met}
