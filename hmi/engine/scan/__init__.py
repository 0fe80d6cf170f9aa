"""Scanning: polls or follows devices, gathers answers into ticks, converts and writes them. Engine, event loop."""

from hmi.engine.scan.poll import DeviceScan
from hmi.engine.scan.subscribed import SubscribedScan
from hmi.engine.scan.tick import Ruling, Tick, TickReport

__all__ = ["DeviceScan", "Ruling", "SubscribedScan", "Tick", "TickReport"]
