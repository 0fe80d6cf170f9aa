"""`hmi tags read|watch|list|write`: values of a project's tags, from the image of the engine that runs it."""

import argparse
import difflib
import fnmatch
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hmi.cli import speech, tags_write
from hmi.cli.parser import Parser, add_common, seconds
from hmi.cli.station import add_project, open_project, station_for
from hmi.model.errors import ProjectError
from hmi.model.project import Project
from hmi.model.tag import DataType, Tag

if TYPE_CHECKING:
    from hmi.cli.readings import TagAnswer

WATCH_EVERY_S = 0.1


def add(subparsers: "argparse._SubParsersAction[Parser]") -> None:
    """Declare the verb."""
    entry = subparsers.add_parser("tags", help=speech.tell("cli.tags.help"), description=speech.tell("cli.tags.help"))
    verbs = entry.add_subparsers(title=speech.tell("cli.verbs"), metavar="read|watch|list|write", required=True)
    read = verbs.add_parser("read", help=speech.tell("cli.tags.read"), description=speech.tell("cli.tags.read"))
    add_project(read)
    read.add_argument("tags", metavar="TAG", nargs="+", help=speech.tell("cli.argument.tag"))
    read.set_defaults(work=_read)
    watch = verbs.add_parser("watch", help=speech.tell("cli.tags.watch"), description=speech.tell("cli.tags.watch"))
    add_project(watch)
    watch.add_argument("tags", metavar="TAG", nargs="+", help=speech.tell("cli.argument.tag"))
    watch.add_argument("--seconds", metavar="N", type=seconds, help=speech.tell("cli.option.watch_seconds"))
    watch.set_defaults(work=_watch)
    listed = verbs.add_parser("list", help=speech.tell("cli.tags.list"), description=speech.tell("cli.tags.list"))
    add_project(listed)
    listed.add_argument("filter", metavar="FILTER", nargs="?", default="", help=speech.tell("cli.argument.filter"))
    listed.set_defaults(work=_list)
    tags_write.add(verbs)
    for one in (read, watch, listed):
        one.add_argument("--json", action="store_true", help=speech.tell("cli.option.json"))
        add_common(one)


def run(args: argparse.Namespace) -> int:
    """Do the verb."""
    return int(args.work(args))


def _read(args: argparse.Namespace) -> int:
    """Print the tags once."""
    import msgspec

    from hmi.cli.readings import TagReader
    from hmi.image.reader import LiveSource

    project = open_project(args.project)
    tags = _find(project, args.tags)
    reader = TagReader.of(tags, LiveSource(station_for(project, args.data).pointer))
    reader.changed()
    answers = [reader.answer(index) for index in range(len(tags))]
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(answers), indent=2).decode())
        return 0
    for answer, tag in zip(answers, tags, strict=True):
        print(_line(answer, tag))
    return 0


def _watch(args: argparse.Namespace) -> int:
    """Print the tags now, then every change, until the time is over or Ctrl-C."""
    import msgspec

    from hmi.cli.readings import TagReader
    from hmi.image.reader import LiveSource

    project = open_project(args.project)
    tags = _find(project, args.tags)
    reader = TagReader.of(tags, LiveSource(station_for(project, args.data).pointer))
    deadline_s = time.monotonic() + (args.seconds or float("inf"))
    said: dict[int, tuple[object, ...]] = {}
    while True:
        for index in reader.changed():
            answer = reader.answer(index)
            key = (answer.value, answer.quality, answer.cause)
            if said.get(index) == key:
                continue
            said[index] = key
            print(msgspec.json.encode(answer).decode() if args.json else _line(answer, tags[index]))
        sys.stdout.flush()
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            return 0
        time.sleep(min(WATCH_EVERY_S, left_s))


def _list(args: argparse.Namespace) -> int:
    """Print what the project says of its tags."""
    import msgspec

    project = open_project(args.project)
    wanted = args.filter.casefold()
    tags = sorted((tag for tag in _all(project) if _matches(tag.path, wanted)), key=lambda tag: tag.path)
    if args.json:
        rows = [
            {
                "tag": tag.path,
                "device": tag.device,
                "address": tag.address,
                "type": tag.type.value if tag.type is not None else None,
                "unit": tag.unit,
                "writable": tag.writable,
                "title": tag.title.pick(speech.language()),
            }
            for tag in tags
        ]
        print(msgspec.json.format(msgspec.json.encode(rows), indent=2).decode())
        return 0
    for tag in tags:
        print(_columns(tag.path, tag.device, tag.address, tag.unit, tag.title.pick(speech.language())))
    return 0


def _columns(*words: str) -> str:
    """Give one line for people; nothing that a PLC or a file says can break it or move the cursor of a terminal."""
    from hmi.project.names import visible

    return "\t".join(map(visible, words))


def _matches(path: str, wanted: str) -> bool:
    """Tell whether a path holds the words of a filter, or matches it when it has wildcards."""
    folded = path.casefold()
    return fnmatch.fnmatchcase(folded, wanted) if set(wanted) & set("*?[") else wanted in folded


def _all(project: Project) -> tuple[Tag, ...]:
    """Give every tag: the project's own and those that the engine makes about its health."""
    from hmi.model.health import health_tags

    return (*project.all_tags, *health_tags(project))


def _find(project: Project, paths: Sequence[str]) -> list[Tag]:
    """Find tags by their paths.

    Raises:
        ProjectError: when there is one that the project does not have; names it and what looks like it.
    """
    known = {tag.path: tag for tag in _all(project)}
    for path in paths:
        if path not in known:
            near = difflib.get_close_matches(path, known, n=3, cutoff=0.6)
            code = "cli.tag_unknown_near" if near else "cli.tag_unknown"
            raise ProjectError(code, place=path or '""', near=", ".join(near))
    return [known[path] for path in paths]


def _number(value: float, tag: Tag) -> str:
    """Write a number with the digits that it has: without the noise of its scaling, a float32 as short as it is one."""
    import numpy as np

    if tag.type is DataType.FLOAT32 and (tag.scale, tag.offset) == (1, 0):
        return str(np.float32(value))
    return f"{value:.15g}"


def _line(answer: "TagAnswer", tag: Tag) -> str:
    """Give an answer as a line for people."""
    value = "-" if answer.value is None else f"{answer.value}"
    if isinstance(answer.value, float):
        value = _number(answer.value, tag)
    unit = f" {tag.unit}" if tag.unit and answer.value is not None else ""
    if value in tag.states:
        unit = f" ({tag.states[value].pick(speech.language())})"
    words = [answer.tag, f"{value}{unit}", speech.tell(f"cli.quality.{answer.quality}")]
    if answer.age_s is not None:
        words.append(speech.tell("cli.age", seconds=f"{answer.age_s:.1f}"))
    if answer.cause is not None:
        words.append(speech.tell(f"cause.{answer.cause}"))
    return _columns(*words)
