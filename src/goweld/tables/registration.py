"""A module that joins a running program tells the runtime so (ld.PrepareAddmoduledata, gentext)."""

from __future__ import annotations

from goweld.model.kinds import A_LOCAL, K_INITARR, K_TEXT, R_ADDR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column

REGISTER = b"runtime.addmoduledata"


def add(live: Live, order: Column, count: int, module: int, arch: Arch, own: bool) -> int:
    """Make the function that the dynamic linker calls, and append it to the functions: how many they are now.

    `own`: this module has a copy of runtime.addmoduledata itself, which nothing else brought to life.
    """
    register = live.lookup(REGISTER)
    function = live.create(b"go:link.addmoduledata", K_TEXT)
    live.add_attr(function, A_LOCAL)
    start = live.create(b"go:link.addmoduledatainit", K_INITARR)
    live.add_attr(start, A_LOCAL)
    live.set_data(start, bytes(8))
    live.set_relocs(start, [(0, 8, R_ADDR, 0, function)])
    code, (passed, called) = arch.registration
    live.set_data(function, code)
    live.set_relocs(function, [(*passed, 0, module), (*called, 0, register)])
    ids = order.view().cast("I")
    for symbol in (register, function) if own else (function,):
        ids[count] = symbol
        count += 1
    return count


def start_at(live: Live, entry: bytes) -> None:
    """Have C's start-up call the entry of a library (ld.addinitarrdata)."""
    symbol = live.lookup(entry)
    if symbol:
        pointer = live.create(entry + b".ptr", K_INITARR)
        live.set_data(pointer, bytes(8))
        live.set_relocs(pointer, [(0, 8, R_ADDR, 0, symbol)])
