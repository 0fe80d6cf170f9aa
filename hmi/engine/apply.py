"""What has to be done so that a running engine follows a changed project. Pure: compares two plants.

By `specs/core-way.md` section 6: new tags take free rows, tags that left keep theirs and say so, a changed address
or scale keeps the row, a changed type (or a longer text) takes a new one. A device that did not change is not
touched at all.
"""

from dataclasses import dataclass

from hmi.engine.plant import Plant, PlantDevice, PlantTag


@dataclass(frozen=True, slots=True)
class Difference:
    """From one plant to another."""

    added: tuple[PlantTag, ...]
    """Need a row."""
    retyped: tuple[PlantTag, ...]
    """Need another row than they have."""
    removed: tuple[PlantTag, ...]
    """Are not in the project any more."""
    reread: tuple[PlantTag, ...]
    """Keep their row, but what it holds was read or converted otherwise."""
    stopped: tuple[PlantDevice, ...]
    """Devices to be disconnected, as they were: removed, or connected otherwise from now on."""
    started: tuple[PlantDevice, ...]
    """Devices to be connected."""
    replanned: tuple[PlantDevice, ...]
    """Devices that keep their connection and are asked something else."""


def compare(old: Plant, new: Plant) -> Difference:
    """Compare two plants by the ids of tags and devices."""
    before = {tag.number: tag for tag in old.tags}
    after = {tag.number: tag for tag in new.tags}
    added, retyped, reread = [], [], []
    for number, tag in after.items():
        earlier = before.get(number)
        if earlier is None:
            added.append(tag)
        elif earlier is tag or earlier == tag:
            continue
        elif earlier.type_code is not tag.type_code or earlier.text_bytes < tag.text_bytes:
            retyped.append(tag)
        elif _reading(earlier) != _reading(tag):
            reread.append(tag)
    started, stopped, replanned = [], [], []
    for ident, device in new.devices.items():
        was = old.devices.get(ident)
        if was is None:
            started.append(device)
        elif not was.same_connection(device):
            stopped.append(was)
            started.append(device)
        elif was != device:
            replanned.append(device)
    stopped += [device for ident, device in old.devices.items() if ident not in new.devices]
    return Difference(
        added=tuple(added),
        retyped=tuple(retyped),
        removed=tuple(tag for number, tag in before.items() if number not in after),
        reread=tuple(reread),
        stopped=tuple(stopped),
        started=tuple(started),
        replanned=tuple(replanned),
    )


def _reading(tag: PlantTag) -> tuple[object, ...]:
    """Give what decides how a tag's value comes about."""
    fields = tag.tag
    return (
        fields.device,
        fields.scan,
        tag.point,
        tag.faulty,
        fields.scale,
        fields.offset,
        fields.sentinels,
        fields.instrument,
    )
