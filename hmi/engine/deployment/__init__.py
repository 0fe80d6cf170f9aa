"""The copies of the project that the engine runs from: taking one, going back one. Engine process.

The engine never runs from the folder in which people work: saving a screen must not touch the line. `Deployment` keeps
the last copies in the data folder; which of them runs stands in a small file that is replaced as one.
"""

from hmi.engine.deployment.copies import Copies, Copy
from hmi.engine.deployment.deployment import Deployed, Deployment, Refusal

__all__ = ["Copies", "Copy", "Deployed", "Deployment", "Refusal"]
