"""The catalogue: turns a code and its arguments into a sentence in zh-CN or en. For engine, command line and window."""

from hmi.words.catalogue import Catalogue, load, say, say_error, say_reason

__all__ = ["Catalogue", "load", "say", "say_error", "say_reason"]
