"""The symbol table of an executable (ld.asmElfSym): local symbols before global ones, text before data."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.formats.elf.symtab_kernel import write

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.formats.elf.symtab_kernel import ForHost
    from goweld.model.layout import TextLayout
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column


def build(
    live: Live, text: TextLayout, numbers: bytes, host: ForHost | None = None
) -> tuple[Column, Column, int]:
    """The symbols, their strings, and how many symbols come before the first global one.

    `numbers` is what `Headers.numbers` holds, `host` what the host linker wants.  Kinds, addresses, sections
    and A_NOT_IN_SYMTAB are final.
    """
    start = live.lookup(b"runtime.text")
    end = live.lookup(b"runtime.etext")
    symtab, strtab, first_global, bad = write(live, text.order, text.count, start, end, numbers, host)
    if bad:
        name = live.name(bad).decode(errors="surrogateescape")
        if live.sect(bad):
            raise LinkError(f"unexpected file local symbol {bad} {name}", prefixed=False)
        raise LinkError(f"{name}: missing section in putelfsym", prefixed=False)
    return symtab, strtab, first_global
