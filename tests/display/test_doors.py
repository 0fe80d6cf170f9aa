"""Several views ask through one door, and each hears of its own commands."""

from hmi.display.doors import KEPT, SharedDoor
from hmi.model.command import Command, CommandResult, CommandState


class Engine:
    def __init__(self):
        self.asked, self.results = [], []

    def submit(self, command):
        self.asked.append(command.id)
        return CommandResult(id=command.id, state=CommandState.REQUESTED)

    def take_results(self):
        results, self.results = self.results, []
        return results

    def tell(self, ident, state=CommandState.CONFIRMED):
        self.results.append(CommandResult(id=ident, state=state))


def command(ident):
    return Command(id=ident, tag="t", value=1)


def idents(branch):
    return [one.id for one in branch.take_results()]


def test_that_each_view_hears_of_its_own_commands_whoever_asks_first():
    engine = Engine()
    shared = SharedDoor(engine)
    one, other = shared.branch(), shared.branch()
    one.submit(command("a"))
    other.submit(command("b"))
    shared.main.submit(command("c"))
    for ident in ("a", "b", "c", "nobody here asked"):
        engine.tell(ident)
    assert idents(other) == ["b"]
    assert idents(one) == ["a"]
    assert idents(shared.main) == ["c", "nobody here asked"]
    assert engine.asked == ["a", "b", "c"]


def test_that_the_main_view_hears_of_what_a_view_asked_that_is_gone():
    engine = Engine()
    shared = SharedDoor(engine)
    gone = shared.branch()
    gone.submit(command("a"))
    gone.submit(command("b"))
    engine.tell("a")
    shared.main.take_results()
    shared.leave(gone)
    engine.tell("b")
    assert idents(shared.main) == ["a", "b"]


def test_that_the_list_of_askers_is_bounded():
    engine = Engine()
    shared = SharedDoor(engine)
    one = shared.branch()
    for number in range(KEPT + 1):
        one.submit(command(str(number)))
    engine.tell("0")
    engine.tell(str(KEPT))
    assert idents(shared.main) == ["0"]
    assert idents(one) == [str(KEPT)]
