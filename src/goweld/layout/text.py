"""Text: the order of functions and their addresses."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.layout.text_kernel import assign_addresses, fixed, leave_out, order_text, sort_by_kind
from goweld.model.kinds import K_TEXT, K_TEXT_END
from goweld.model.layout import Layout, Section, Segment, TextLayout
from goweld.model.marks import define

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.libraries import Libraries, Library
    from goweld.model.live_kernel import Live
    from goweld.model.memory_kernel import Column
    from goweld.model.options import Options
    from goweld.releases.release import Release


def order(live: Live, libraries: Libraries, release: Release, first: list[int]) -> tuple[Column, int]:
    """The order of functions: packages after their imports, the runtime's own before all others.

    (ld.Link.linksetup and loader.AssignTextSymbolOrder.)  `first` are functions that belong to no library.
    """
    runtime, rest = in_text_order(libraries, release)
    order, count, _ = order_text(live, [lib.objects for lib in runtime + rest], first)
    return order, count


def in_text_order(libraries: Libraries, release: Release) -> tuple[list[Library], list[Library]]:
    """The libraries whose text comes first, the runtime's own, and the others."""
    postorder = libraries.postorder()
    runtime = [lib for lib in postorder if lib.package.encode() in release.runtime_packages]
    return runtime, [lib for lib in postorder if lib.package.encode() not in release.runtime_packages]


def may_need_trampolines(options: Options, text: TextLayout, arch: Arch) -> bool:
    """Whether there is so much text that calls may not reach, or -debugtramp wants trampolines."""
    if arch.trampoline is None:
        return False
    limit = 1 if options.debugtramp > 1 else options.debugtextsize or arch.trampoline.limit
    return text.end - text.start >= limit


def place(options: Options, live: Live, ids: Column, count: int, arch: Arch) -> tuple[TextLayout, Layout]:
    """Addresses for all functions (ld.textaddress), in a layout that holds nothing but text yet."""
    if options.randlayout:
        from goweld.codec.mathrand_kernel import shuffle

        shuffle(ids, fixed(live, ids, count), count, options.randlayout)
    bad = sort_by_kind(live, ids, count)
    if bad:
        where = live.symbols.objects.names[live.object(bad)]
        function = live.name(bad).decode("utf-8", "replace") or f"sym {bad}"
        raise LinkError(f"{where}: {function}: a function with the content of something else", status=1)
    text = Segment("text", 5)
    layout = Layout(text)
    section = Section(".text", text, 5, 1)
    layout.sections.append(section)
    text.sections.append(section)
    funcalign = options.funcalign or arch.func_align
    start = (options.text_addr + funcalign - 1) & -funcalign
    end, section.align = assign_addresses(live, ids, count, start, funcalign, section.index)
    section.vaddr = start
    section.length = end - start + arch.min_lc
    for name, kind, address in ((b"runtime.text", K_TEXT, start), (b"runtime.etext", K_TEXT_END, end)):
        define(live, name, kind, address, section.index)
    placed = TextLayout(ids, count, section, start, end)
    if live.symbols.objects.nhosts:
        placed.without = leave_out(live, ids, count, False), leave_out(live, ids, count, True)
    return placed, layout
