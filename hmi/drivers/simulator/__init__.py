"""The simulator driver: values out of the clock, with a test bench that can refuse, lose the link or hang."""

from hmi.drivers.simulator.bench import Bench, bench
from hmi.drivers.simulator.driver import create

__all__ = ["Bench", "bench", "create"]
