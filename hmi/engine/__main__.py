"""`python -m hmi.engine PROJECT [--data DIR]`: the engine as a process."""

import argparse
import logging
import os
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: its idle threads cost 70 ms at every start

from hmi.engine.run import ENVIRONMENT, ERRORS, OWN_FAULT, load_project, serve
from hmi.model.errors import EnvironmentFault, HmiError
from hmi.model.station import station_of
from hmi.model.text import Language
from hmi.words import say_error


def main(arguments: list[str] | None = None) -> int:
    """Run the engine for a project; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m hmi.engine", description=__doc__)
    parser.add_argument("project", type=Path, help="folder of the project")
    parser.add_argument("--data", type=Path, default=None, help="data folder")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        project = load_project(options.project)
        header = project.header
        station = station_of(header.name, header.id, data=options.data, environ=os.environ)
        return serve(options.project, station)
    except HmiError as error:
        logging.getLogger("hmi.engine").critical("%s", say_error(error, Language.EN))
        return ENVIRONMENT if isinstance(error, EnvironmentFault) else ERRORS
    except Exception:
        logging.getLogger("hmi.engine").critical("the engine failed", exc_info=True)
        return OWN_FAULT


if __name__ == "__main__":
    sys.exit(main())
