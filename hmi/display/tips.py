"""What the tool tip of an element says: tag, quality in words, age. Window, GUI thread, when the pointer rests."""

from hmi.display.item import RULES, Seen
from hmi.display.painted import age_words
from hmi.display.stage import Stage
from hmi.model.quality import words_of
from hmi.words import say


def tip_for(stage: Stage, x: float, y: float) -> str:
    """Say what stands at a place of the screen, a line a tag; empty where nothing is bound."""
    target = next((one for one in stage.hits.at(x, y) if one.names), None)
    if target is None:
        return ""
    return "\n".join(_line(stage, path) for path in dict.fromkeys(target.names.values()))


def _line(stage: Stage, path: str) -> str:
    bindings, language = stage.bindings, stage.language
    source = bindings.source_of(f"{{{path}}}")
    seen = Seen(int(bindings.seen[source]))
    words = say(words_of(int(bindings.cause[source])), language)
    received = int(bindings.received[source])
    age = ""
    if received and (RULES[seen].age or RULES[seen].hatched):
        age = f" · {age_words(max(0, bindings.now_ns() - received) // 1_000_000_000)}"
    return f"{path} · {words}{age}"
