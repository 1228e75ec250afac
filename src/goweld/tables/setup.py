"""Symbols of the runtime that the linker sets whatever the program is (ld.Link.linksetup)."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.model.kinds import A_CLONED, K_MODULEDATA, K_NOPTRDATA, K_TLSBSS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live
    from goweld.model.symbols_kernel import Symbols

MODULEDATA = b"runtime.firstmoduledata"
MOST_MODULEDATA = 1 << 20


class Facts:
    """What must be asked of the loaded symbols before the dead ones are forgotten.

    `moduledata_size`: the size of the runtime's moduledata type.  `no_memory_profile`: whether the program
    never asks for a memory profile, so that none need be kept.
    """

    __slots__ = ("moduledata_size", "no_memory_profile")

    def __init__(self, symbols: Symbols) -> None:
        kind = symbols.lookup(b"type:runtime.moduledata", 0)
        self.moduledata_size = int.from_bytes(symbols.data(kind)[:8], "little")
        if self.moduledata_size > MOST_MODULEDATA:
            where = symbols.objects.names[symbols.object_of(kind)]
            raise LinkError(f"{where}: type:runtime.moduledata: corrupt type", status=1)
        profile = symbols.lookup(b"runtime.memProfileInternal", 1)
        self.no_memory_profile = bool(profile) and not symbols.reached(profile)


def fill(live: Live, facts: Facts) -> None:
    """Set the thread-local g, the module data's kind, and the flag that turns memory profiles off."""
    tls = live.create(b"runtime.tlsg", K_TLSBSS)
    live.set_size(tls, 8)
    moduledata = live.create(MODULEDATA, K_MODULEDATA)
    live.set_data(moduledata, b"")
    live.add_attr(moduledata, A_CLONED)
    if facts.no_memory_profile:
        flag = live.lookup(b"runtime.disableMemoryProfiling")
        if flag:
            live.set_kind(flag, K_NOPTRDATA)
            live.set_data(flag, b"\x01")
            live.add_attr(flag, A_CLONED)
