"""A window over a source in memory."""

import pytest

from hmi.display.theme import load_theme
from hmi.image.memory import MemorySource
from hmi.model.text import Language
from hmi.shell.desk import Desk
from hmi.shell.door import EngineDoor
from hmi.shell.facts import Facts
from hmi.shell.main_window import MainWindow
from tests.shell.small_station import alive, project_of


@pytest.fixture
def project():
    return project_of()


@pytest.fixture
def source():
    return MemorySource()


@pytest.fixture
def theme(qapp):
    return load_theme("day")


@pytest.fixture
def window(qtbot, project, source):
    source.state = alive()
    made = MainWindow(project, Facts(project, source), Desk(language=Language.EN), load_theme, source, EngineDoor())
    qtbot.addWidget(made)
    made.resize(1920, 1080)
    made.show_start()
    made.show()
    return made
