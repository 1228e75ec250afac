"""Shared libraries of Go packages that this link builds on."""

from __future__ import annotations


class Shlib:
    """One of them (ld.Shlib): its path, the hash of its packages' interfaces, the libraries it needs."""

    __slots__ = ("path", "hash", "needs")

    def __init__(self, path: str, hash: bytes, needs: list[str]) -> None:
        self.path = path
        self.hash = hash
        self.needs = needs
