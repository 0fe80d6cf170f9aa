"""Scanning: polls, gathers their answers into ticks, converts and writes them. Engine process, event loop."""

from hmi.engine.scan.poll import DeviceScan
from hmi.engine.scan.tick import Ruling, Tick, TickReport

__all__ = ["DeviceScan", "Ruling", "Tick", "TickReport"]
