"""The process model of the demo: buffer preparation and filling, physically plausible, seeded, fixed time step.

Used by `hmi.simulate.serve` alone. Pure Python, no I/O, no clock: whoever steps it decides how fast time runs.
"""

from hmi.simulate.process.plant import BufferLine

__all__ = ["BufferLine"]
