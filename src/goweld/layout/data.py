"""Data: sections in their order, symbols in them, addresses of both (ld.allocateDataSections, ld.address)."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.layout.data_kernel import DataSymbols, add_section_addresses
from goweld.model.hosts_kernel import place_interiors
from goweld.model.kinds import (
    A_LOCAL,
    A_SPECIAL,
    K_BSS,
    K_BUILDINFO,
    K_COVERAGE_COUNTER,
    K_DATA,
    K_DATA_END,
    K_DATA_FIPS,
    K_DATA_FIPS_END,
    K_DATA_FIPS_START,
    K_ELF_GOT,
    K_ELF_RELRO_SECT,
    K_ELF_RO_SECT,
    K_ELF_RX_SECT,
    K_ELF_SECT,
    K_FIPSINFO,
    K_GCBITS,
    K_GCMASK,
    K_GOFUNC,
    K_GOSTRING,
    K_INITARR,
    K_LIBFUZZER_COUNTER,
    K_MODULEDATA,
    K_NOPTRBSS,
    K_NOPTRDATA,
    K_NOPTRDATA_END,
    K_NOPTRDATA_FIPS,
    K_NOPTRDATA_FIPS_END,
    K_NOPTRDATA_FIPS_START,
    K_PCLNTAB,
    K_RODATA,
    K_RODATA_END,
    K_RODATA_FIPS,
    K_RODATA_FIPS_END,
    K_RODATA_FIPS_START,
    K_RODATA_RELRO,
    K_STRING,
    K_TLSBSS,
    K_TYPE,
)
from goweld.model.layout import Layout, Section, Segment
from goweld.model.marks import define

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from goweld.model.live_kernel import Live
    from goweld.model.options import Options

# Kinds by the section they go to, in order.
NOPTRDATA = (K_NOPTRDATA, K_NOPTRDATA_FIPS_START, K_NOPTRDATA_FIPS, K_NOPTRDATA_FIPS_END, K_NOPTRDATA_END)
DATA = (K_DATA, K_DATA_FIPS_START, K_DATA_FIPS, K_DATA_FIPS_END, K_DATA_END)
RODATA = (  # sym.ReadOnly
    K_STRING,
    K_GOSTRING,
    K_GCBITS,
    K_RODATA,
    K_RODATA_FIPS_START,
    K_RODATA_FIPS,
    K_RODATA_FIPS_END,
    K_RODATA_END,
)
PARTS = ((".noptrdata", NOPTRDATA), (".init_array", (K_INITARR,)), (".data", DATA), (".bss", (K_BSS,)))
TYPE_SKIP = 8  # a zero offset into the types section means no type
TLS_SECTION = ".tbss"
FUZZ_SECTION = ".go.fuzzcntrs"
RELRO = ".data.rel.ro"


class Placer:
    """Fills segments: `at` is where the next symbol goes, counted through all sections of a segment."""

    def __init__(self, layout: Layout, symbols: DataSymbols) -> None:
        self.layout = layout
        self.symbols = symbols
        self.at = 0

    def section(self, segment: Segment, name: str, rwx: int, align: int) -> Section:
        """Open a section here; its vaddr is an offset in the segment until addresses are given."""
        section = Section(name, segment, rwx, len(self.layout.sections))
        self.layout.sections.append(section)
        segment.sections.append(section)
        section.align = align
        self.at = (self.at + align - 1) & -align if align else self.at
        section.vaddr = self.at
        return section

    def singles(self, segment: Segment, kind: int, rwx: int) -> None:
        """A section for each symbol of a kind, named by it (ld.allocateSingleSymSections)."""
        first, count = self.symbols.range(kind, kind + 1)
        for i in range(count):
            symbol = self.symbols.at(kind, i)
            live = self.symbols.live
            name = live.name(symbol).decode("utf-8", "surrogateescape")
            if name.startswith("go:"):
                name = ".go." + name[3:]
            section = self.section(segment, name, rwx, live.align(symbol))
            section.first, section.count = first + i, 1
            live.set_sect(symbol, section.index)
            live.set_value(symbol, 0)
            section.length = live.size(symbol)
            self.at += section.length

    def fill(self, section: Section, *kinds: int) -> None:
        """Put all symbols of some kinds, which follow each other, into the section."""
        first, count = self.symbols.range(kinds[0], kinds[-1] + 1)
        section.first = section.first or first
        section.count += count
        for kind in kinds:
            self.at = self.symbols.assign(kind, self.at, section.vaddr, section.index)
        section.length = self.at - section.vaddr

    def widest(self, *kinds: int) -> int:
        return max(self.symbols.widest(kind) for kind in kinds)


def sort(live: Live, symbols: DataSymbols, relro: bool = False) -> tuple[int, int, int]:
    """Put the data symbols in order; the type section's divisions.

    Those are the bytes to the last typelink type, to the first itab, and of itabs.  `relro`: read-only data
    that the dynamic linker must relocate is kept apart (ld.dodataState.makeRelroForSharedLib).
    """
    if relro:
        symbols.part_relro()
    if symbols.oversized:
        name = live.name(symbols.oversized).decode("utf-8", "replace")
        size = live.size(symbols.oversized)
        where = live.symbols.objects.names[live.object(symbols.oversized)]
        raise LinkError(f"{name}: symbol too large ({size} bytes) in {where}", prefixed=False)
    zerobase = live.lookup(b"runtime.zerobase")
    symbols.sort(zerobase)
    described, types, itabs, corrupt = symbols.sort_types(live.lookup(b"type:*"), zerobase)
    if corrupt:
        where = live.symbols.objects.names[live.object(corrupt)]
        raise LinkError(f"{where}: {live.name(corrupt).decode('utf-8', 'replace')}: corrupt type", status=1)
    join_rela(live, symbols)
    return described, types, itabs


def join_rela(live: Live, symbols: DataSymbols) -> None:
    """Have .rela.plt follow .rela without a gap, as the ELF ABI wants it (ld.Link.dodata)."""
    first, count = symbols.range(K_ELF_RO_SECT, K_ELF_RO_SECT + 1)
    if not count:
        return
    ids = symbols.order.view().cast("I")[first : first + count]
    rela, plt = live.lookup(b".rela"), live.lookup(b".rela.plt")
    order = list(ids)
    if rela not in order or plt not in order or order.index(plt) == order.index(rela) + 1:
        return
    at = min(order.index(rela), order.index(plt))
    order.remove(rela)
    order.remove(plt)
    order[at:at] = [rela, plt]
    for i, symbol in enumerate(order):
        ids[i] = symbol
    live.set_align(rela, 8)
    live.set_align(plt, 8)


def place(
    options: Options,
    live: Live,
    layout: Layout,
    symbols: DataSymbols,
    pointer_masks: Callable[[int, int], None],
    *,
    external: bool = False,
    relro: bool = False,
    dynamic: bool = False,
) -> None:
    """Place all data symbols, then give segments, sections and symbols their addresses.

    `pointer_masks(kind, end)` is called for .data and .bss as they are laid out: it gives the GC data symbols
    their contents, on whose size the read-only data depends.  `external`: the host linker will make segments
    of the sections, so read-only ones follow the text.  `relro`: what only the dynamic linker writes has
    sections, and a segment of its own.  `dynamic`: there are sections for the dynamic linker.
    """
    placer = Placer(layout, symbols)
    data = place_writable(placer)
    for kind, section in ((DATA[0], data[".data"]), (K_BSS, data[".bss"])):
        pointer_masks(kind, section.length)
    coverage = place_uninitialised(placer, live, data)
    place_thread_local(placer, placer.symbols.count(K_TLSBSS) > 0 and (external or dynamic))
    segment = layout.text if external else layout.rodata
    readonly = place_readonly(placer, segment)
    if relro and not external:
        segment = layout.relro
        placer.at = 0
    readonly |= place_types(placer, segment, relro)
    check_sizes(layout)
    assign_addresses(options, layout)
    add_section_addresses(symbols, [0 if s is None else s.vaddr for s in layout.sections])
    if live.symbols.objects.nhosts:
        place_interiors(live)
    layout.data_order = symbols.order
    layout.data_count = symbols.total()
    if options.asan and FUZZ_SECTION in data:
        # AddressSanitizer wants the end of the counters aligned; what follows does not move.
        data[FUZZ_SECTION].length = (data[FUZZ_SECTION].length + 7) & -8
    define_marks(live, layout, data, readonly, coverage)


def place_writable(placer: Placer) -> dict[str, Section]:
    """The sections from build info to .bss."""
    segment = placer.layout.data
    found: dict[str, Section] = {}
    for kind in (K_BUILDINFO, K_FIPSINFO, K_ELF_SECT):
        placer.singles(segment, kind, 6)
    for kind, name in ((K_MODULEDATA, ".go.module"), (K_ELF_GOT, ".got")):
        if placer.symbols.count(kind):
            placer.fill(placer.section(segment, name, 6, placer.widest(kind)), kind)
    for name, kinds in PARTS:
        if name == ".init_array" and not placer.symbols.count(K_INITARR):
            continue
        found[name] = placer.section(segment, name, 6, placer.widest(kinds[0]))
        placer.fill(found[name], *kinds)
    return found


def place_uninitialised(placer: Placer, live: Live, data: dict[str, Section]) -> tuple[int, int]:
    """.noptrbss and the fuzzing counters; (offset, size) of the coverage counters in .noptrbss."""
    section = placer.section(placer.layout.data, ".noptrbss", 6, placer.widest(K_NOPTRBSS))
    data[".noptrbss"] = section
    placer.fill(section, K_NOPTRBSS)
    mask = live.lookup(b"runtime.gcmask.*")
    live.set_value(mask, section.length)
    live.set_sect(mask, section.index)
    placer.fill(section, K_GCMASK)
    start = section.length
    placer.fill(section, K_COVERAGE_COUNTER)
    size = section.length - start
    if placer.symbols.count(K_LIBFUZZER_COUNTER):
        data[FUZZ_SECTION] = placer.section(
            placer.layout.data, FUZZ_SECTION, 6, placer.widest(K_LIBFUZZER_COUNTER)
        )
        placer.fill(data[FUZZ_SECTION], K_LIBFUZZER_COUNTER)
    return start + size % 4, size - size % 4


def place_thread_local(placer: Placer, section: bool) -> None:
    """Thread-local storage: offsets in each thread's, and a section only where there is one."""
    index = 0
    if section:
        placer.at = 0
        tbss = placer.section(placer.layout.data, TLS_SECTION, 6, 8)
        index = tbss.index
    end = placer.symbols.assign(K_TLSBSS, 0, 0, index)
    if section:
        tbss.length = end


def place_readonly(placer: Placer, segment: Segment) -> dict[str, Section]:
    """What stays read-only: .rodata, pclntab, notes, the dynamic linker's tables; beside the text, .plt."""
    placer.at = 0
    placer.singles(placer.layout.text, K_ELF_RX_SECT, 5)
    found: dict[str, Section] = {}
    found[".rodata"] = placer.section(segment, ".rodata", 4, max(8, placer.widest(*RODATA)))
    placer.fill(found[".rodata"], *RODATA)
    found[".gopclntab"] = placer.section(segment, ".gopclntab", 4, placer.widest(K_PCLNTAB))
    placer.fill(found[".gopclntab"], K_PCLNTAB)
    placer.singles(segment, K_ELF_RO_SECT, 4)
    return found


def place_types(placer: Placer, segment: Segment, relro: bool) -> dict[str, Section]:
    """Types and itabs, function values, and what else is read-only once it is relocated (createRelroSect)."""
    found: dict[str, Section] = {}
    prefix, rwx = (RELRO, 6) if relro else ("", 4)
    if placer.symbols.count(K_RODATA_RELRO):
        placer.fill(placer.section(segment, RELRO, rwx, placer.widest(K_RODATA_RELRO)), K_RODATA_RELRO)
    for name, kind in ((".go.type", K_TYPE), (".go.func", K_GOFUNC)):
        found[name] = placer.section(segment, prefix + name, rwx, placer.widest(kind))
        if kind == K_TYPE:
            placer.at += TYPE_SKIP
        placer.fill(found[name], kind)
    placer.singles(segment, K_ELF_RELRO_SECT, rwx)
    return found


def check_sizes(layout: Layout) -> None:
    for section in layout.sections:
        if section is not None and section.length > 2e9:
            raise LinkError(
                f"too much data in section {section.name} ({section.length}, over 2e+09 bytes)",
                prefixed=False,
            )


def assign_addresses(options: Options, layout: Layout) -> None:
    """Addresses of segments and sections (ld.address), then their places in the file (ld.layout)."""
    va = options.text_addr
    text = layout.text
    text.vaddr = va
    for section in text.sections:
        va = (va + section.align - 1) & -section.align
        section.vaddr = va
        va += section.length
    text.length = text.filelen = va - text.vaddr
    layout.segments = [text]
    for segment in (layout.rodata, layout.relro):
        if segment.sections:
            va = segment.vaddr = -(-va // options.round) * options.round
            for section in segment.sections:
                va = (va + section.align - 1) & -section.align
                section.vaddr = va
                va += section.length
            segment.length = segment.filelen = va - segment.vaddr
            layout.segments.append(segment)
    va = -(-va // options.round) * options.round
    if options.data_addr != -1:
        if options.data_addr < va:
            # cmd/link writes a program whose data is missing.
            raise LinkError(f"invalid -D value {options.data_addr:#x}: read-only data ends at {va:#x} only")
        va = options.data_addr
    data = layout.data
    data.vaddr = va
    offset = data.sections[0].vaddr
    addressed = [section for section in data.sections if section.name != TLS_SECTION]
    for section in addressed:
        section.vaddr += va - offset
    last = addressed[-1]
    data.length = last.vaddr + last.length - data.vaddr
    data.filelen = next(s.vaddr for s in data.sections if s.name == ".bss") - data.vaddr
    layout.segments.append(data)
    dwarf = layout.dwarf
    dwarf.vaddr = -(-(data.vaddr + data.length) // options.round) * options.round
    layout.segments.append(dwarf)


def place_in_file(options: Options, layout: Layout, header: int) -> int:
    """File offsets of the segments, the first at `header`; the offset where the last one ends (ld.layout)."""
    end = 0
    for segment in layout.segments:
        segment.fileoff = -(-end // options.round) * options.round if end else header
        if end and segment.vaddr % options.round != segment.fileoff % options.round:
            raise LinkError(
                f"bad segment rounding (Vaddr={segment.vaddr:#x} Fileoff={segment.fileoff:#x} "
                f"FlagRound={options.round:#x})"
            )
        end = segment.fileoff + segment.filelen
    return end


def define_marks(
    live: Live,
    layout: Layout,
    data: dict[str, Section],
    readonly: dict[str, Section],
    coverage: tuple[int, int],
) -> None:
    """The symbols that mark where sections begin and end (the xdefine calls of ld.address)."""
    rodata, types, pclntab = readonly[".rodata"], readonly[".go.type"], readonly[".gopclntab"]
    bounds = (
        (b"runtime.rodata", b"runtime.erodata", K_RODATA, K_RODATA, rodata),
        (b"runtime.types", b"runtime.etypes", K_RODATA, K_RODATA, types),
        (b"runtime.noptrdata", b"runtime.enoptrdata", K_NOPTRDATA, K_NOPTRDATA_END, data[".noptrdata"]),
        (b"runtime.bss", b"runtime.ebss", K_BSS, K_BSS, data[".bss"]),
        (b"runtime.data", b"runtime.edata", K_DATA, K_DATA_END, data[".data"]),
        (b"runtime.noptrbss", b"runtime.enoptrbss", K_NOPTRBSS, K_NOPTRBSS, data[".noptrbss"]),
        (b"runtime.pclntab", b"runtime.epclntab", K_RODATA, K_RODATA, pclntab),
    )
    for first, last, kind, end_kind, section in bounds:
        define(live, first, kind, section.vaddr, section.index)
        define(live, last, end_kind, section.vaddr + section.length, section.index)
    for name, end in ((b"runtime.gcdata", b"runtime.egcdata"), (b"runtime.gcbss", b"runtime.egcbss")):
        symbol = live.lookup(name)
        live.add_attr(symbol, A_LOCAL)
        define(live, end, K_RODATA, live.value(symbol) + live.size(symbol), live.sect(symbol))
    for name in (
        b"runtime.pcheader",
        b"runtime.funcnametab",
        b"runtime.cutab",
        b"runtime.filetab",
        b"runtime.pctab",
        b"runtime.functab",
        b"go:func.*",
    ):
        symbol = live.create(name, K_PCLNTAB)
        live.add_attr(symbol, A_LOCAL | A_SPECIAL)
        live.set_sect(symbol, pclntab.index)
    noptrbss = data[".noptrbss"]
    mask = live.lookup(b"runtime.gcmask.*")
    define(live, b"runtime.gcmask.*", K_GCMASK, noptrbss.vaddr + live.value(mask), noptrbss.index)
    counters = noptrbss.vaddr + coverage[0]
    define(live, b"runtime.covctrs", K_COVERAGE_COUNTER, counters, noptrbss.index)
    define(live, b"runtime.ecovctrs", K_COVERAGE_COUNTER, counters + coverage[1], noptrbss.index)
    addressed = [section for section in layout.data.sections if section.name != TLS_SECTION]
    define(live, b"runtime.end", K_BSS, layout.data.vaddr + layout.data.length, addressed[-1].index)
    if FUZZ_SECTION in data:
        fuzz = data[FUZZ_SECTION]
        for name in (b"runtime.__start___sancov_cntrs", b"internal/fuzz._counters"):
            define(live, name, K_LIBFUZZER_COUNTER, fuzz.vaddr, fuzz.index)
        for name in (b"runtime.__stop___sancov_cntrs", b"internal/fuzz._ecounters"):
            define(live, name, K_LIBFUZZER_COUNTER, fuzz.vaddr + fuzz.length, fuzz.index)
