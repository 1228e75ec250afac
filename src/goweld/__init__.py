"""Goweld: the Go linker, written in Python."""

from goweld.kernels import install

__version__ = "0.1.0"

install()
