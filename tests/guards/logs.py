"""Fails a test during which anything logged a WARNING or above that the test did not announce.

Autouse for every test. A log line is an interface: the person on night shift reads it, so a test says which it expects:

    def test_that_an_overrun_is_reported(expected_logs):
        expected_logs.expect("hmi.scan", "took longer than")     # has to come
        expected_logs.allow("hmi.driver.modbus")                 # may come
"""

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

_SHOWN = 10
"""Complaints of one test that are shown; the first ones tell the most."""


@dataclass
class _Rule:
    logger: str
    pattern: str
    required: bool
    seen: int = 0

    def takes(self, record: logging.LogRecord) -> bool:
        named = record.name == self.logger or record.name.startswith(self.logger + ".")
        return named and re.search(self.pattern, record.getMessage()) is not None


@dataclass
class ExpectedLogs:
    """What one test declares about the log; handed to it by the fixture `expected_logs`."""

    _rules: list[_Rule] = field(default_factory=list)

    def expect(self, logger: str, pattern: str = "") -> None:
        """A record of this logger (or one below it) whose message matches the pattern has to come."""
        self._rules.append(_Rule(logger, pattern, required=True))

    def allow(self, logger: str, pattern: str = "") -> None:
        """Records of this logger (or one below it) whose message matches the pattern may come."""
        self._rules.append(_Rule(logger, pattern, required=False))

    def complaints(self, records: list[logging.LogRecord]) -> list[str]:
        """One sentence for each unannounced record and each announced one that did not come."""
        found = []
        for record in records:
            takers = [rule for rule in self._rules if rule.takes(record)]
            for rule in takers:
                rule.seen += 1
            if not takers:
                found.append(f"unexpected {record.levelname} from {record.name}: {record.getMessage()}")
        missing = [rule for rule in self._rules if rule.required and not rule.seen]
        return found + [f"expected a record of {rule.logger} matching {rule.pattern!r}, none came" for rule in missing]


class _Catcher(logging.Handler):
    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def expected_logs() -> ExpectedLogs:
    """Declares which WARNING or ERROR records this test brings about."""
    return ExpectedLogs()


@pytest.fixture
def allow_logs(expected_logs: ExpectedLogs) -> Callable[..., None]:
    """Short for `expected_logs.allow`: `allow_logs("hmi.link", "connection lost")`."""
    return expected_logs.allow


@pytest.fixture(autouse=True)
def _no_unexpected_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    root = logging.getLogger()
    level, disabled = root.level, logging.root.manager.disable
    catcher = _Catcher()
    root.addHandler(catcher)
    yield
    root.removeHandler(catcher)
    root.setLevel(level)
    logging.disable(disabled)
    declared = request.node.funcargs.get("expected_logs") if "expected_logs" in request.fixturenames else None
    complaints = (declared or ExpectedLogs()).complaints(catcher.records)
    if complaints:
        more = [f"... and {len(complaints) - _SHOWN} more"] if len(complaints) > _SHOWN else []
        pytest.fail(
            "\n".join(
                [*complaints[:_SHOWN], *more, "announce it with the fixture expected_logs, or mend what caused it"]
            ),
            pytrace=False,
        )
