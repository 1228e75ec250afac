"""How an architecture's own relocations are applied: those that change instructions."""

from __future__ import annotations

import cython


class Instructions:
    """A function in C that the architecture's kernel gives and that relocation calls."""

    def __init__(self) -> None:
        self.apply = cython.NULL
