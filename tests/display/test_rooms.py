"""What this room loads, and when."""

import subprocess
import sys


def run(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_that_the_registry_of_symbols_loads_no_qt():
    code = (
        "import sys\nfrom hmi.model.symbols import FAMILIES\nfrom hmi.model.symbols.props import decode_props\n"
        "print(len(FAMILIES) >= 6, any(name.startswith(('PySide6', 'numpy')) for name in sys.modules))"
    )
    assert run(code) == ["True", "False"]


def test_that_the_screen_loads_no_plot_no_protocol_and_no_store():
    code = (
        "import sys\nimport hmi.display.scene, hmi.display.frame, hmi.display.picture\n"
        "print([name for name in ('pyqtgraph', 'qasync', 'pymodbus', 'asyncua', 'sqlalchemy', 'asyncio') "
        "if name in sys.modules])"
    )
    assert run(code) == ["[]"]
