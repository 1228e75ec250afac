"""The content of a symbol that the linker makes, as it grows: bytes, and relocations among them."""

from __future__ import annotations

from goweld.model.kinds import R_ADDR, R_PCREL, R_SIZE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


class Content:
    """Little-endian bytes of the symbol `symbol`, and relocations as Live.set_relocs takes them."""

    __slots__ = ("symbol", "data", "relocs")

    def __init__(self, symbol: int) -> None:
        self.symbol = symbol
        self.data = bytearray()
        self.relocs: list[tuple[int, int, int, int, int]] = []

    def __len__(self) -> int:
        return len(self.data)

    def number(self, value: int, size: int) -> None:
        self.data += value.to_bytes(size, "little")

    def numbers(self, size: int, *values: int) -> None:
        for value in values:
            self.data += value.to_bytes(size, "little")

    def address(self, symbol: int, addend: int = 0) -> None:
        """The address of a symbol, 8 bytes."""
        self._refer(8, R_ADDR, addend, symbol)

    def relative(self, symbol: int, addend: int = 0) -> None:
        """How far it is to a symbol from the end of these 4 bytes."""
        self._refer(4, R_PCREL, addend, symbol)

    def size_of(self, symbol: int) -> None:
        """The size of a symbol, 8 bytes."""
        self._refer(8, R_SIZE, 0, symbol)

    def string(self, text: bytes) -> int:
        """A string and a NUL; where it begins."""
        start = len(self.data)
        self.data += text + b"\0"
        return start

    def _refer(self, size: int, kind: int, addend: int, symbol: int) -> None:
        self.relocs.append((len(self.data), size, kind, addend, symbol))
        self.data += bytes(size)

    def store(self, live: Live) -> None:
        """Make this what the symbol holds."""
        live.set_data(self.symbol, bytes(self.data))
        live.set_relocs(self.symbol, self.relocs)
