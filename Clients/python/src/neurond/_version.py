"""The version, which is that of the daemon it was written with."""

__version__ = "0.1.0"
