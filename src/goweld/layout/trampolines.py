"""Trampolines: for calls that do not reach, in programs with much text.  Loaded only for those."""

from __future__ import annotations

from goweld.layout.text import in_text_order
from goweld.layout.text_kernel import order_text
from goweld.layout.trampolines_kernel import Trampolines
from goweld.model.kinds import K_TEXT_END
from goweld.model.marks import define

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.layout import TextLayout
    from goweld.model.libraries import Libraries
    from goweld.model.live_kernel import Live
    from goweld.model.options import Options
    from goweld.releases.release import Release


def insert(
    options: Options, live: Live, libraries: Libraries, release: Release, text: TextLayout, arch: Arch
) -> None:
    """Place the functions anew, with trampolines between them (ld.textaddress's second pass).

    Moves columns and changes calls: nothing else may look at them meanwhile.
    """
    kind = arch.trampoline
    assert kind is not None
    trampolines = Trampolines(live, text.order, text.count)
    runtime, rest = in_text_order(libraries, release)
    order, _, ends = order_text(live, [lib.objects for lib in runtime + rest], [])
    trampolines.group(order, ends, len(runtime))
    funcalign = options.funcalign or arch.func_align
    forced = options.debugtramp > 1
    text.end, count = trampolines.place(
        text.start, funcalign, kind.reach, len(kind.code), bool(options.randlayout), forced
    )
    live.make_room(count)
    text.order = trampolines.insert(kind.code, kind.reloc_type, kind.reloc_size, text.section.index)
    text.count += count
    text.section.length = text.end - text.start + arch.min_lc
    define(live, b"runtime.etext", K_TEXT_END, text.end, text.section.index)
