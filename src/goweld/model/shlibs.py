"""Shared libraries of Go packages that this link builds on."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.memory_kernel import Input


class Shlib:
    """One of them (ld.Shlib): its path, the hash of its packages' interfaces, the libraries it needs.

    In the file `source`, `symbols` are the place and the number of its dynamic symbols, `strings` the place
    and size of their names, `relocations` the place and number of what the dynamic linker does.  `sections`
    are the addresses, sizes and places of those that are loaded.
    """

    __slots__ = ("path", "hash", "needs", "source", "symbols", "strings", "sections", "relocations")

    def __init__(
        self,
        path: str,
        hash: bytes,
        needs: list[str],
        source: Input,
        symbols: tuple[int, int],
        strings: tuple[int, int],
        sections: list[tuple[int, int, int]],
        relocations: tuple[int, int],
    ) -> None:
        self.path = path
        self.hash = hash
        self.needs = needs
        self.source = source
        self.symbols = symbols
        self.strings = strings
        self.sections = sections
        self.relocations = relocations
