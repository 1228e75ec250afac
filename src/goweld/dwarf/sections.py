"""The debug sections: what each consists of, and their places (ld.dwctxt.dwarfGenerateDebugSyms)."""

from __future__ import annotations

from goweld.dwarf import abbrev
from goweld.dwarf.frames_kernel import fill_frames
from goweld.dwarf.info import units_info
from goweld.dwarf.lines_kernel import LineTables
from goweld.dwarf.pieces_kernel import Pieces, place, total_size
from goweld.dwarf.ranges_kernel import UnitOrder
from goweld.errors import LinkError
from goweld.model.beside import Beside
from goweld.model.kinds import K_DWARF_SECT
from goweld.model.layout import DebugSection, DebugSections, Section
from goweld.model.memory_kernel import Column

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.dwarf.info_kernel import DebugInfo
    from goweld.dwarf.units_kernel import Units
    from goweld.model.layout import Layout, TextLayout
    from goweld.model.libraries import Libraries
    from goweld.model.live_kernel import Live

CFA_OFFSET_EXTENDED, CFA_SAME_VALUE, CFA_DEF_CFA, CFA_VAL_OFFSET = 5, 8, 0x0C, 0x14
MOST = 2e9  # ld.cutoff
SCRIPT_KIND = b"\x01"  # a Python file by its name
SCRIPT_BESIDE = b"runtime/proc.go"  # the debugger's script lies beside this one
SCRIPT = b"runtime/runtime-gdb.py"


class Builder:
    """Collects the sections of one link; DWARF `version` 4 or 5."""

    def __init__(self, live: Live, pieces: Pieces, version: int) -> None:
        self.live = live
        self.pieces = pieces
        self.version = version
        self.sections: list[DebugSection] = []

    def add(self, name: str, pieces: Column, count: int, refers_to_data: bool = False) -> DebugSection:
        section = DebugSection(name, pieces, count, refers_to_data)
        section.size = total_size(self.live, pieces, count)
        if section.size > MOST:
            raise LinkError(
                f"too much data in section {name} ({section.size}, over 2e+09 bytes)", prefixed=False
            )
        self.sections.append(section)
        return section

    def add_content(self, name: str, symbol: int) -> None:
        """A section that is one symbol."""
        only = Column(4, 1)
        only.view().cast("I")[0] = symbol
        self.add(name, only, 1)

    def header(self, offsets: bool) -> int:
        """A symbol with the header of a section that DWARF 5 added, its length to come; 0 for DWARF 4.

        `offsets`: with a count of offsets, which is zero.  (ld.dwctxt.writeDebugMiscSecHdr)
        """
        if self.version < 5:
            return 0
        symbol = self.pieces.make(K_DWARF_SECT)
        self.live.set_data(symbol, bytes(4) + b"\x05\0\x08\0" + bytes(4 if offsets else 0))
        return symbol

    def finish_header(self, symbol: int, section: DebugSection) -> None:
        if symbol:
            rest = self.live.data(symbol)[4:]
            self.live.set_data(symbol, (section.size - 4).to_bytes(4, "little") + rest)


def plan(
    live: Live,
    info: DebugInfo,
    units: Units,
    libraries: Libraries,
    text: TextLayout,
    goroot: str,
    version: int,
    arch: Arch,
    external: bool = False,
) -> DebugSections:
    """Put the sections together.  Text has its addresses.  `goroot`: what $GOROOT in file names means.

    `external`: the host linker moves text, so addresses are relocations even in what the linker makes.
    """
    pieces = Pieces(units, version)
    refuse(live, pieces.bad, "corrupt function description")
    frame = pieces.make(K_DWARF_SECT)
    frames = Beside(b"stack tables", lambda: frames_of(live, frame, text, arch, external))
    order = sort_units(live, pieces, libraries, text)
    lines = LineTables(pieces, goroot.encode("utf-8", "surrogateescape"), version)
    heads = Beside(b"line tables", lambda: lines.write(order.order, order.count))
    if version == 5:
        bad = order.write_addresses(external)
        refuse(live, bad, "reference to a function of another unit")
    corrupt = heads.result()
    if corrupt:
        raise LinkError(f"{live.symbols.objects.names[corrupt]}: corrupt file table", status=1)
    refuse(live, frames.result(), "corrupt stack table")
    builder = Builder(live, pieces, version)
    live.set_data(pieces.abbrev, abbrev.table(version))
    builder.add_content(".debug_abbrev", pieces.abbrev)
    builder.add(".debug_line", lines.order, lines.count)
    builder.add_content(".debug_frame", frame)
    script = debugger_script(lines, libraries)
    if script:
        symbol = pieces.make(K_DWARF_SECT)
        live.set_data(symbol, SCRIPT_KIND + script + b"\0")
        builder.add_content(".debug_gdb_scripts", symbol)
    objects = list(order.order.view().cast("I"))
    tables = {k: pieces.lines(k) for k in objects}
    ranges = {k: pieces.ranges(k) for k in objects}
    addrs = {k: pieces.addrs(k) for k in objects}
    listed, header = builder.header(True), builder.header(True)
    range_pieces, nrange = order.write_ranges(listed, version)
    found, nfound = units_info(info, objects, pieces.abbrev, tables, ranges, addrs)
    builder.add(".debug_info", found, nfound, refers_to_data=True)
    locations, nlocation = order.collect_locations(header)
    if version == 5:
        builder.finish_header(header, builder.add(".debug_loclists", locations, nlocation))
        builder.finish_header(listed, builder.add(".debug_rnglists", range_pieces, nrange))
        header = builder.header(False)
        builder.finish_header(header, builder.add(".debug_addr", *order.collect_addresses(header)))
    else:
        if nlocation:
            builder.add(".debug_loc", locations, nlocation)
        builder.add(".debug_ranges", range_pieces, nrange)
    return DebugSections(builder.sections, order.slots, order.starts)


def frames_of(live: Live, symbol: int, text: TextLayout, arch: Arch, external: bool) -> int:
    """The content of .debug_frame; the first function with a corrupt stack table, or 0."""
    head = common_frame(arch.call_size, arch.dwarf_sp, arch.dwarf_lr)
    calls = arch.call_size, arch.dwarf_lr, arch.min_lc
    return fill_frames(live, symbol, text.order, text.count, head, *calls, external)


def common_frame(call_size: int, sp: int, lr: int) -> bytes:
    """What all frames have in common: on entry, the CFA and where the caller's registers are.

    Length and CIE id; version 3; no augmentation; code alignment 1, data alignment -4; the return address's
    column; the CFA is the stack pointer and what the call pushed.
    """
    content = b"\xff\xff\xff\xff\x03\0\x01\x7c" + bytes((lr, CFA_DEF_CFA, sp, call_size))
    if call_size:
        content = (content + bytes((CFA_OFFSET_EXTENDED, lr, call_size // 4))).ljust(16, b"\0")
    else:
        content = (content + bytes((CFA_SAME_VALUE, lr, CFA_VAL_OFFSET, sp, 0))).ljust(32, b"\0")
    return len(content).to_bytes(4, "little") + content


def sort_units(live: Live, pieces: Pieces, libraries: Libraries, text: TextLayout) -> UnitOrder:
    """DWARF's order of the units, each with its PC ranges."""
    found = libraries.postorder()
    packages = sorted({library.package for library in found}, key=os_bytes)
    ranks = {package: rank for rank, package in enumerate(packages)}
    # The host's objects are units too, without any content, and so sorted among the others.
    objects = []
    for library in found:
        units = list(library.objects)
        for before in reversed(library.foreign):
            units.insert(before, 0)
        objects += [(k, ranks[library.package]) for k in units]
    order = UnitOrder(pieces, objects, text.order, text.count)
    if order.bad:
        raise LinkError(f"{live.symbols.objects.names[order.bad]}: functions without descriptions", status=1)
    return order


def os_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def debugger_script(lines: LineTables, libraries: Libraries) -> bytes:
    """The path of the runtime's script for gdb; empty where the runtime's files do not tell."""
    for k in libraries.by_package["runtime"].objects:
        found = lines.path_of(k, SCRIPT_BESIDE)
        if found is not None:
            return found + SCRIPT
    return b""


def refuse(live: Live, symbol: int, why: str) -> None:
    """Raise for a symbol whose object is corrupt; 0: none is."""
    if symbol:
        where = live.symbols.objects.names[live.object(symbol)]
        raise LinkError(f"{where}: {live.name(symbol).decode('utf-8', 'replace')}: {why}", status=1)


def place_sections(live: Live, layout: Layout, debug: DebugSections) -> None:
    """Addresses of the sections, end to end from 0, and of their pieces (ld.allocateDwarfSections).

    Nothing but what lies between them matters: where the segment lies, only the file's headers say.
    """
    segment = layout.dwarf
    addr = 0
    for part in debug.sections:
        section = Section(part.name, segment, 4, len(layout.sections))
        section.align = 1
        section.vaddr = addr
        section.length = part.size
        layout.sections.append(section)
        segment.sections.append(section)
        part.section = section
        addr = place(live, part.pieces, part.count, section.index, addr)
    segment.length = segment.filelen = addr - segment.vaddr
