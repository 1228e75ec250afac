"""-c: who calls whom, and how large everything became."""

from __future__ import annotations

from goweld.model.kinds import K_TEXT, K_TEXT_END
from goweld.stackcheck_kernel import direct_calls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.layout import Layout
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column

EHDR_SIZE = 64


def lines(live: Live, order: Column, count: int) -> list[str]:
    """A line for each direct call of a function, in text order (ld.Link.callgraph)."""

    def name(s: int) -> str:
        return live.name(s).decode(errors="surrogateescape")

    return [
        f"{name(caller)} calls {name(callee)}"
        for caller, callee in direct_calls(live, order, count)
        if K_TEXT <= live.kind(callee) <= K_TEXT_END
    ]


def sizes(layout: Layout, header_size: int, symtab_size: int) -> list[str]:
    """The bytes of each kind in the finished file (ld.asmb2).  `symtab_size`: 0 with -s.

    Text counts from the program headers on, which lie `header_size` bytes before it, after the ELF header.
    """
    text, data = layout.text.filelen + header_size - EHDR_SIZE, layout.data
    rows = {
        "textsize": text,
        "datsize": data.filelen,
        "bsssize": data.length - data.filelen,
        "symsize": symtab_size,
        "lcsize": 0,
        "total": text + data.length + symtab_size,
    }
    return [f"{name}={size}" for name, size in rows.items()]
