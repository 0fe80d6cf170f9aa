"""The engine: scans devices, keeps the process image. A process of its own, plain asyncio, no Qt.

The command line starts it by `serve`, imported only there so that nothing else of the product loads it.
"""

from pathlib import Path

from hmi.model.clock import Clock
from hmi.model.station import Station

__all__ = ["serve"]


def serve(project: Path, station: Station, *, clock: Clock | None = None, demo: bool = False) -> int:
    """Run an engine until SIGTERM or SIGINT; blocks. See `hmi.engine.run.serve`.

    Args:
        project: folder of the project.
        station: its data and runtime folders.
        clock: the machine's own when None.
        demo: run the engine of `hmi demo`.

    Returns:
        The exit code: 0 stopped cleanly, 3 the environment does not allow it, 70 a fault of its own.

    Raises:
        ProjectError: when the project cannot be used at all.
        EnvironmentFault: when another engine runs for this station, or its folders cannot be used.
    """
    from hmi.engine import run

    return run.serve(project, station, clock=clock, demo=demo)
