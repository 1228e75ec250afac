"""Symbols of the runtime that the linker sets whatever the program is (ld.Link.linksetup)."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.model.kinds import (
    A_CLONED,
    A_LOCAL,
    K_DYNIMPORT,
    K_MODULEDATA,
    K_NONE,
    K_NOPTRDATA,
    K_TEXT,
    K_TEXT_END,
    K_TLSBSS,
)
from goweld.model.names import ADOPTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.imports_kernel import Imports
    from goweld.model.live_kernel import Live
    from goweld.model.mode import Mode
    from goweld.model.symbols_kernel import Symbols

MODULEDATA = b"runtime.firstmoduledata"
REGISTER = b"runtime.addmoduledata"
FLAGS = {
    "c-shared": b"runtime.islibrary",
    "plugin": b"runtime.islibrary",
    "c-archive": b"runtime.isarchive",
}
MOST_MODULEDATA = 1 << 20


class Facts:
    """What must be asked of the loaded symbols before the dead ones are forgotten.

    `runtime`: whether the runtime is linked, rather than found in a shared library.  `registers`: whether the
    runtime, being elsewhere, must be told of this module.  `adopted`: the names that the linker defines.
    `moduledata_size`: the size of the runtime's moduledata type.  `no_memory_profile`: whether the program
    never asks for a memory profile, so that none need be kept.
    """

    __slots__ = ("runtime", "registers", "adopted", "moduledata_size", "no_memory_profile")

    def __init__(self, symbols: Symbols, mode: Mode, imports: Imports | None = None) -> None:
        kind = symbols.lookup(b"type:runtime.moduledata", 0)
        self.moduledata_size = int.from_bytes(data(symbols, imports, kind)[:8], "little")
        if self.moduledata_size > MOST_MODULEDATA:
            where = symbols.objects.names[symbols.object_of(kind)]
            raise LinkError(f"{where}: type:runtime.moduledata: corrupt type", status=1)
        profile = symbols.lookup(b"runtime.memProfileInternal", 1)
        self.no_memory_profile = bool(profile) and not symbols.reached(profile) and not mode.dynlinking
        self.runtime = symbols.is_defined(symbols.lookup(MODULEDATA, 0))
        register = symbols.lookup(REGISTER, 0)
        self.registers = mode.dynlinking and (
            mode.buildmode == "plugin" or symbols.kind(register) not in range(K_TEXT, K_TEXT_END + 1)
        )
        self.adopted = [name for name in ADOPTED if self.runtime or name != (MODULEDATA, 0)]
        if self.registers:
            self.adopted.append((REGISTER, 0))


def data(symbols: Symbols, imports: Imports | None, raw: int) -> bytes:
    """A symbol's content, wherever it is defined."""
    return imports.data(raw) if imports is not None and imports.defines(raw) else symbols.data(raw)


def fill(live: Live, mode: Mode, facts: Facts) -> int:
    """Set what the runtime asks: what is built, the thread-local g, and whether memory is profiled.

    Returns the symbol of the module data.
    """
    if mode.buildmode in FLAGS:
        flag = live.lookup(FLAGS[mode.buildmode])
        size = live.size(flag)
        set_flag(live, flag)
        if flag:
            live.set_size(flag, size + 1)  # cmd/link appends the byte
    if live.kind(live.lookup(b"runtime.tlsg")) != K_DYNIMPORT:
        live.set_size(live.create(b"runtime.tlsg", K_TLSBSS), 8)
    if facts.runtime and mode.buildmode != "plugin":
        moduledata = live.create(MODULEDATA, K_MODULEDATA)
        live.set_data(moduledata, b"")
        live.add_attr(moduledata, A_CLONED)
    else:
        # The runtime is, or will be, elsewhere, and with it the first of these.
        moduledata = live.create(b"local.moduledata", K_MODULEDATA)
        live.add_attr(moduledata, A_LOCAL)
    if facts.no_memory_profile and facts.runtime:
        set_flag(live, live.lookup(b"runtime.disableMemoryProfiling"))
    return moduledata


def set_flag(live: Live, flag: int) -> None:
    """Make a variable of the runtime true, if it is there."""
    if flag:
        live.set_kind(flag, K_NOPTRDATA)
        live.set_data(flag, b"\x01")
        live.add_attr(flag, A_CLONED)


def import_main(live: Live, buildmode: str) -> None:
    """What the runtime asks of the program's main, which is elsewhere (relocSymState.relocsym)."""
    for name in (b"main.main", b"main..inittask") if buildmode == "shared" else (b"main.main",):
        for version in (0, 1):
            symbol = live.lookup(name, version)
            if symbol and live.kind(symbol) == K_NONE:
                live.set_kind(symbol, K_DYNIMPORT)
