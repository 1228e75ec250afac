"""Symbols that mark a place rather than hold something: where sections begin and end."""

from __future__ import annotations

from goweld.model.kinds import A_LOCAL, A_SPECIAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live


def define(live: Live, name: bytes, kind: int, address: int, section: int) -> int:
    """The symbol of that name, made now if there is none, at an address in a section (ld.Link.xdefine)."""
    symbol = live.create(name, kind)
    live.add_attr(symbol, A_LOCAL | A_SPECIAL)
    live.set_value(symbol, address)
    live.set_sect(symbol, section)
    return symbol
