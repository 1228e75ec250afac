"""The FIPS 140 module: brackets around its symbols, and the hash over what lies between them (ld/fips140.go)."""

from __future__ import annotations

from goweld.model.names import FIPS_BRACKETS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live
    from goweld.model.symbols_kernel import Symbols

INFO = b"go:fipsinfo"
MAGIC = b"\xff Go fipsinfo \xff\x00"
SUM_SIZE = 32
K_FIPSINFO = 25
R_ADDR = 1
A_LOCAL = 1


def plan(symbols: Symbols) -> None:
    """Make the symbols, reachable as they are (ld.loadfips)."""
    for name in (INFO, *(name for name, _ in FIPS_BRACKETS)):
        symbols.reach(symbols.create(name))


def fill(live: Live) -> list[int]:
    """Give them kinds and contents; the ids of the two brackets of text, which lie with no library's text."""
    ids = []
    for name, kind in FIPS_BRACKETS:
        bracket = live.create(name, kind)
        live.add_attr(bracket, A_LOCAL)
        live.set_size(bracket, 1)
        ids.append(bracket)
    info = live.create(INFO, K_FIPSINFO)
    start = len(MAGIC) + SUM_SIZE
    live.set_data(info, MAGIC + bytes(SUM_SIZE + 8 * (1 + len(ids))))
    live.set_relocs(info, [(start + 8 * i, 8, R_ADDR, 0, s) for i, s in enumerate([info, *ids])])
    return ids[:2]
