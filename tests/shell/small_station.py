"""A small project and states of an engine, for the tests of the shell."""

import time

from hmi.image.contract import EngineState
from hmi.model.device import Device, Heartbeat
from hmi.model.ident import derived_id, number_of_id
from hmi.model.project import Project, ProjectHeader
from hmi.model.reason import reason
from hmi.model.screen import Element, NavigationItem, Screen
from hmi.model.tag import DataType, Tag
from hmi.model.text import Text


def ident(name):
    return derived_id("shell test", name)


def banner(screen):
    """The place that a screen keeps for the alarms."""
    box = (16, screen.height - 168, screen.width - 560, 160)
    return Element(id=ident(f"banner {screen.path}"), type="alarm_banner", at=box)


def project_of(devices=2, tags=3):
    screens = [
        Screen(id=ident("large"), path="Large", title=Text(zh="大", en="Large"), width=1920, height=964),
        Screen(id=ident("small"), path="Small", title=Text(zh="小", en="Small"), width=1366, height=656),
        Screen(id=ident("other"), path="Other", title=Text(zh="别", en="Other"), width=1000, height=500),
    ]
    return Project(
        header=ProjectHeader(id=ident("project"), name="test", title=Text(zh="试验线", en="Test line")),
        devices=tuple(
            Device(
                id=ident(f"PLC-{number}"),
                name=f"PLC-{number}",
                protocol="simulator",
                title=Text(zh="制水", en="Water"),
                liveness=Heartbeat(address="hr0", within_s=3) if number == 1 else None,
            )
            for number in range(1, devices + 1)
        ),
        tags=tuple(Tag(id=ident(f"tag {n}"), path=f"Line/T{n}", type=DataType.FLOAT64) for n in range(tags)),
        screens=tuple(screens),
        elements={screen.id: (banner(screen),) if screen.path != "Other" else () for screen in screens},
        navigation=(
            NavigationItem(
                id=ident("one"), order="a", title=Text(zh="总貌", en="Overview"), screens=("Large", "Small")
            ),
            NavigationItem(id=ident("two"), order="b", title=Text(zh="细节", en="Detail"), screens=("Other",)),
            NavigationItem(id=ident("gone"), order="c", title=Text(zh="空", en="Gone"), screens=("Nowhere",)),
        ),
    )


def number_of(tag_id):
    return number_of_id(tag_id)


def alive(generation=1):
    return EngineState(
        alive=True, reason=None, heartbeat_wall_ns=time.time_ns(), heartbeat_age_ns=10_000_000, generation=generation
    )


def silent(age_s=3.0, wall_ns=1_700_000_000_000_000_000):
    return EngineState(
        alive=False,
        reason=reason("engine.silent", seconds=int(age_s)),
        heartbeat_wall_ns=wall_ns,
        heartbeat_age_ns=int(age_s * 1e9),
        generation=1,
    )
