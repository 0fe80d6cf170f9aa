"""A disk whose fsync takes 15 ms, a thousand transitions a second, kill -9: whatever was reported done is there."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hmi.store import StoreReader
from tests.store.works import opened, raw

ROOT = Path(__file__).resolve().parents[2]
SHIM = r"""
#define _GNU_SOURCE
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
static void wait_a_little(void) { struct timespec pause = {0, 15000000}; nanosleep(&pause, 0); }
int fsync(int descriptor) { wait_a_little(); return syscall(SYS_fsync, descriptor); }
int fdatasync(int descriptor) { wait_a_little(); return syscall(SYS_fdatasync, descriptor); }
"""
PROGRAM = """
import asyncio, os, sys, time
from pathlib import Path
from hmi.store import open_store
from tests.store.works import act, journal_row

async def main(folder, rate, tick_s=0.05):
    store = await open_store(folder)
    number, begun = 0, time.monotonic()
    def report(first, last, asked, future):
        # Straight to the pipe: what the other end has read was reported before we died.
        os.write(1, b"%d %d %d\\n" % (first, last, (time.monotonic() - asked) * 1e6))
    while True:
        due = int((time.monotonic() - begun) * rate)
        while number < due:
            unit = [journal_row(n % 97, occurrence=str(n)) for n in range(number, number + 4)]
            done = store.writer.keep(*unit, act(number))
            done.add_done_callback(lambda f, a=number, b=number + 3, t=time.monotonic(): report(a, b, t, f))
            number += 4
        await asyncio.sleep(tick_s)

asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
"""


@pytest.fixture(scope="module")
def slow_disk(tmp_path_factory):
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no C compiler: the shim that makes fsync slow cannot be built")
    folder = tmp_path_factory.mktemp("shim")
    (folder / "slow.c").write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", folder / "slow.so", folder / "slow.c"], check=True)
    return folder / "slow.so"


def flood(folder, shim, seconds):
    """Let it run and kill it; gives the reports (first, last, microseconds)."""
    environ = {**os.environ, "LD_PRELOAD": str(shim)}
    command = [sys.executable, "-c", PROGRAM, str(folder), "1000"]
    reports: list[tuple[int, int, int]] = []
    rest = b""
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            rest = process.stdout.read(1)  # the interpreter has started
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                rest += process.stdout.read(65536)
        finally:
            process.send_signal(signal.SIGKILL)
        rest += process.stdout.read()
    for line in rest.split(b"\n")[:-1]:
        first, last, micros = map(int, line.split())
        reports.append((first, last, micros))
    return reports


def check(folder, reports, seconds):
    with contextlib.closing(raw(folder)) as connection:
        kept = [
            int(occurrence) for (occurrence,) in connection.execute("SELECT occurrence FROM journal ORDER BY sequence")
        ]
        acts = {number for (number,) in connection.execute("SELECT CAST(new AS INTEGER) FROM audit")}
        (numbers,) = connection.execute("SELECT count(*) FROM journal").fetchone()
        (last,) = connection.execute("SELECT max(sequence) FROM journal").fetchone()
    reported = {number for first, last_one, _ in reports for number in range(first, last_one + 1)}
    assert len(reported) > 700 * seconds  # it was a flood
    assert reported <= set(kept)
    assert kept == sorted(kept)
    assert numbers == last == len(set(kept))
    assert len(kept) % 4 == 0  # no unit was split
    assert acts == set(kept[::4])
    assert min(micros for *_, micros in reports) >= 15_000  # the slow disk was really there
    slowest = max(micros for *_, micros in reports) / 1e6
    assert slowest < 1.0, f"the slowest record waited {slowest:.2f} s"
    return slowest


def test_that_a_killed_engine_kept_what_it_reported(tmp_path, slow_disk, run_async):
    reports = flood(tmp_path, slow_disk, 3.0)
    check(tmp_path, reports, 3.0)
    assert StoreReader(tmp_path).verify_audit().broken is None

    async def next_start():
        async with opened(tmp_path) as store:
            assert len(store.standing.alarms) == 97
            assert store.writer.state.reason is None

    run_async(next_start())


@pytest.mark.long
@pytest.mark.timeout(120)
def test_that_a_minute_of_flood_is_kept_too(tmp_path, slow_disk):
    slowest = check(tmp_path, flood(tmp_path, slow_disk, 60.0), 60.0)
    verdict = StoreReader(tmp_path).verify_audit()
    assert verdict.broken is None
    print(f"{verdict.rows * 4} rows, slowest {slowest:.3f} s")
