"""Faceplates: screens that are made of what an element is bound to, not drawn by anybody. Window, GUI thread.

A builder turns a `FaceplateSubject` into model structs (screen and elements), which the running screen's own code then
shows; so quality, alarms, entries and confirmations are those of every screen. A new kind is a module here and a line
in `BUILDERS`. Loaded after the first paint.
"""

from collections.abc import Callable, Mapping

from hmi.display.faceplates.loop import loop_faceplate
from hmi.display.faceplates.plan import WIDTH, Faceplate
from hmi.display.parts import FaceplateSubject
from hmi.model.tag import Tag

Builder = Callable[[FaceplateSubject, Mapping[str, Tag], int], Faceplate]
"""(subject, path -> tag, height in pixels at most) -> faceplate"""

BUILDERS: Mapping[str, Builder] = {"loop": loop_faceplate}
"""Kind -> builder."""


def faceplate_of(subject: FaceplateSubject, tags: Mapping[str, Tag], height: int) -> Faceplate | None:
    """Make the faceplate of a subject.

    Args:
        subject: what it is of.
        tags: path -> tag of the project.
        height: of the room, pixels; what does not fit is left out, nothing is made smaller.

    Returns:
        None where the kind is unknown or the project has none of the tags any more.
    """
    builder = BUILDERS.get(subject.kind)
    if builder is None or not any(path in tags for path in subject.paths.values()):
        return None
    return builder(subject, tags, height)


__all__ = ["WIDTH", "Faceplate", "faceplate_of"]
