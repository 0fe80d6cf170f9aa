"""A process that writes by the law and ends in the middle of a tick: `python -m tests.image.dying FOLDER ROWS HOW`.

HOW is `killed` (by itself, as by the kernel), or `stuck`: half a tick is left behind and the heartbeat goes on.
"""

import os
import signal
import sys
import time
from pathlib import Path

from tests.image.law import new_writer, write_tick

GOOD_TICKS = 8


class _EndsHere(Exception):
    pass


def main() -> None:
    """Write some whole ticks, then half of one when a line comes on the standard input."""
    folder, count, how = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    writer, rows = new_writer(folder, count)
    for tick in range(1, GOOD_TICKS + 1):
        write_tick(writer, rows, tick)
    print("ready", flush=True)
    while not sys.stdin.readline():
        pass
    write = writer._blocks.write

    def half(answers, where, cseq, **options):
        places = len(answers.rows) // 2
        write(answers.part(slice(0, places)), None, cseq, **options)
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        raise _EndsHere

    writer._blocks.write = half
    try:
        write_tick(writer, rows, GOOD_TICKS + 4)
    except _EndsHere:
        while True:
            writer.heartbeat()
            time.sleep(0.05)


if __name__ == "__main__":
    main()
