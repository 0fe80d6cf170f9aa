"""Clearline HMI (明线): connects to PLCs, shows the line as it is, never shows an old value as if it were alive.

Every process of the program (launcher, engine, window, simulator, command line) imports this package; it imports
nothing itself, so that each process pays only for the rooms that it enters.
"""

__version__ = "0.1.0"
