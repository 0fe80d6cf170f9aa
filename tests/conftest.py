"""What every test of the house starts with; pytest loads it first.

The guards (tests/guards/) make tests strict: a warning, a Qt message, an unexpected log record, a connection outside
loopback, or a task, thread, timer or process left behind is a failure. tests/house/test_guards.py shows each go red.
"""

import os

from hypothesis import settings

# Before anything loads Qt or numpy; `dev.py` sets the same for every process that it starts.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["LC_ALL"] = "C.UTF-8"

# A time limit an example measures the load of the machine; the limit of the whole test stays. CI draws the same
# examples every time, so that a red run can be repeated.
settings.register_profile("house", deadline=None, derandomize=os.environ.get("CI") == "true", print_blob=True)
settings.load_profile("house")

pytest_plugins = [
    "tests.guards.own_folders",
    "tests.guards.async_tests",
    "tests.guards.network",
    "tests.guards.logs",
    "tests.guards.left_behind",
    "tests.guards.time_limit",
    "tests.guards.needs",
]
