"""Goweld: the Go linker, written in Python."""

__version__ = "0.1.0"
