"""Rows of the image for a project that is applied: given, kept, marked. Engine process, inside `Engine.apply`."""

import hashlib
import logging

from hmi.engine.apply import Difference
from hmi.engine.plant import Plant, PlantTag
from hmi.engine.rows import ImageFull, RowTable
from hmi.model.project import Project
from hmi.model.quality import Cause

log = logging.getLogger("hmi.scan")


def apply_rows(table: RowTable, plant: Plant, difference: Difference) -> bool:
    """Give, keep and mark rows.

    Returns:
        Whether there is a new generation of the image.

    Raises:
        OSError: when a new image was needed and cannot be made; nothing was changed.
    """
    returning = [tag for tag in difference.added if _has_row(table, tag)]
    back = {tag.number for tag in returning}
    fresh = [tag for tag in (*difference.added, *difference.retyped) if tag.number not in back]
    replaced = [row for tag in fresh if (row := table.row_of(tag.number)) is not None]
    renewed = False
    try:
        if fresh:
            table.add(fresh)
    except ImageFull:
        table.renew(plant.tags, project=digest_of(plant.project))
        renewed = True
        log.info("image %s: new generation, the one before was full", table.writer.path.name)
    for row in () if renewed else replaced:
        table.writer.release(row)
    table.say(table.rows_of(returning), Cause.NEVER_READ)
    changed = table.rows_of(difference.reread)
    table.answered_ns[changed] = 0
    received = table.writer.columns.receive_ns[changed] != 0
    table.say(changed[received], Cause.STALE)
    table.say(changed[~received], Cause.NEVER_READ)
    if not renewed:
        table.say(table.rows_of(difference.removed), Cause.NOT_IN_PROJECT)
    return renewed


def digest_of(project: Project) -> int:
    """Give 64 bits that tell projects apart."""
    return int.from_bytes(hashlib.blake2b(project.header.id.encode(), digest_size=8).digest(), "little")


def _has_row(table: RowTable, tag: PlantTag) -> bool:
    """Tell whether a tag that comes back can have the row that it had."""
    row = table.row_of(tag.number)
    if row is None:
        return False
    return table.type_code(row) == tag.type_code and table.writer.slot_bytes(row) >= tag.text_bytes
