"""ELF relocatable objects (loadelf.Load), read into the same records as Go objects.

Each section that takes memory is a symbol with content and relocations. ELF's symbols are names for places in
those; which of them count, resolution decides. Local indices number the sections, then the ELF symbols.
"""

from __future__ import annotations

import cython
from cython.cimports.goweld.codec.goobj_kernel import (
    ABI_STATIC,
    HOST_GLOBAL,
    HOST_KIND,
    HOST_LOCAL,
    HOST_NONE,
    HOST_SECTION,
    HOST_WEAK,
    NOWHERE,
    PKG_NONE,
    HostSymbol,
    RelocRecord,
)
from cython.cimports.goweld.codec.pdqsort_kernel import pdqsort
from cython.cimports.goweld.model.kinds import (
    K_ELF_GOT,
    K_NOPTRBSS,
    K_NOPTRDATA,
    K_RODATA,
    K_TEXT,
    K_XREF,
    R_ELF,
)
from cython.cimports.goweld.model.memory_kernel import Arena, Input, apart
from cython.cimports.libc.stdint import int32_t, int64_t, uint16_t, uint32_t, uint64_t
from cython.cimports.libc.string import memchr, memcmp, memcpy, memset

GOT = cython.declare(bytes, b".got")
MOST = cython.declare(uint64_t, 0xFFFFFFFF)
MALFORMED = "malformed elf file: "
PAST_END = MALFORMED + "elf section past end of file"


class CorruptElf(Exception):
    """The bytes are no ELF object that can be linked; the text says why, in cmd/link's words."""


class UnknownRelocation(CorruptElf):
    """A relocation of a type that is not linked here; the text names the object (loadelf.relSize)."""


def starts(name, n, prefix, size):
    return n >= size and memcmp(name, prefix, size) == 0


def text_size(p, most):
    """The length of a string that ends with a NUL or with its table."""
    end = cython.cast("const uint8_t *", memchr(p, 0, most))
    return most if end == cython.NULL else cython.cast(uint64_t, end - p)


def is_symbol(type):
    return type <= STT_FUNC or type == STT_COMMON


class ElfObject:
    """One object, checked as it is read.  Raises CorruptElf.

    `package` names its sections' symbols, `name` is the object's in messages; `machine` and `architecture`
    are what it must be for, `sizes` says of each relocation type how many bytes it patches, 0 where it is
    unknown.
    """

    def __init__(
        self,
        source: Input,
        start: int,
        length: int,
        name: str,
        package: str,
        machine: int,
        architecture: str,
        sizes: bytes,
    ) -> None:
        self.source = source
        self.start = start
        self.length = length
        self.name = name
        self.package = package
        self.arena = Arena()
        memcpy(cython.address(self.r.sizes[0]), cython.cast("const char *", sizes), 256)
        self.read_header(machine, architecture)

    def read_header(self, machine, architecture):
        """What must be true of the whole object."""
        r = cython.address(self.r)
        if self.length < cython.sizeof(ElfHeader) or self.start + self.length > self.source.length:
            raise CorruptElf(MALFORMED + "unexpected EOF")
        r.base = apart(self.source.ptr + self.start, self.length)
        r.length = self.length
        h = cython.cast("ElfHeader *", r.base)
        big = cython.declare(cython.bint, h.ident[IDENT_DATA] == BIG_ENDIAN)
        if not big and h.ident[IDENT_DATA] != LITTLE_ENDIAN:
            raise CorruptElf("malformed elf file, unknown header")
        version = int.from_bytes(cython.cast("const char *", r.base + 20)[:4], "big" if big else "little")
        if h.ident[IDENT_VERSION] != version:
            raise CorruptElf(f"malformed elf version: got {h.ident[IDENT_VERSION]}, want {version}")
        if int.from_bytes(cython.cast("const char *", r.base + 16)[:2], "big" if big else "little") != ET_REL:
            raise CorruptElf("elf but not elf relocatable object")
        if big or h.ident[4] != CLASS64 or h.machine != machine:
            raise CorruptElf(f"elf object but not {architecture}")

    def fill(self, o):
        """Fill in the records of an object.  One without symbol table has none."""
        self.read_sections()
        memset(o, 0, cython.sizeof(GoObj))
        o.host = cython.cast("HostPart *", self.arena.take(cython.sizeof(HostPart)))
        if self.read_symbol_table():
            names = self.make_sections()
            self.make_symbols(o, names)
            self.make_relocations(o)
        return 0

    def read_sections(self):
        """The section headers and their names."""
        r = cython.address(self.r)
        h = cython.cast("ElfHeader *", r.base)
        r.nsections = h.shnum
        size = cython.cast(uint64_t, cython.sizeof(ElfSection))
        r.sections = cython.cast("ElfSection *", self.arena.take(size * r.nsections + 1))
        r.pieces = cython.cast("Piece *", self.arena.take(cython.sizeof(Piece) * r.nsections + 1))
        for i in range(r.nsections):
            at = cython.cast(uint64_t, h.shoff) + cython.cast(uint64_t, i) * h.shentsize
            if at < h.shoff or at >= r.length or size > r.length - at:
                raise CorruptElf(MALFORMED + ("EOF" if at >= r.length else "unexpected EOF"))
            memcpy(cython.address(r.sections[i]), r.base + at, size)
            r.pieces[i].li = NOWHERE
        if h.shstrndx >= r.nsections:
            raise CorruptElf(f"{MALFORMED}shstrndx out of range {h.shstrndx} >= {r.nsections}")
        self.map_section(h.shstrndx, "")
        names = r.pieces[h.shstrndx].content
        n = r.sections[h.shstrndx].size
        for i in range(r.nsections):
            off = r.sections[i].name
            if off > n:
                raise CorruptElf(MALFORMED + f"the name of section {i} lies outside the string table")
            if off:
                r.pieces[i].name = names + off
                r.pieces[i].nname = cython.cast(uint32_t, text_size(names + off, n - off))
        return 0

    def map_section(self, i, where):
        """Look at a section's bytes (loadelf.elfmap)."""
        r = cython.address(self.r)
        s = cython.address(r.sections[i])
        if s.off > r.length or s.size > r.length - s.off:
            raise CorruptElf(where + PAST_END)
        r.pieces[i].content = r.base + s.off
        return 0

    def read_symbol_table(self):
        """Find symbols and their strings; False where there are none."""
        r = cython.address(self.r)
        table = r.nsections
        for i in range(r.nsections):
            if (
                table == r.nsections
                and r.pieces[i].nname == 7
                and memcmp(r.pieces[i].name, b".symtab", 7) == 0
            ):
                table = i
        if table == r.nsections:
            return False
        link = r.sections[table].link
        if link == 0 or link >= r.nsections:
            raise CorruptElf("elf object has symbol table with invalid string table link")
        self.map_section(table, "")
        self.map_section(link, "")
        if r.sections[table].size // SYMBOL_SIZE > MOST // 64:
            raise CorruptElf("symbol table too large")
        r.symbols = cython.cast("const ElfSymbol *", r.pieces[table].content)
        r.nsymbols = cython.cast(uint32_t, r.sections[table].size // SYMBOL_SIZE)
        r.strings = r.pieces[link].content
        r.nstrings = r.sections[link].size
        return True

    def make_sections(self):
        """Choose the sections that take memory, and name their symbols."""
        r = cython.address(self.r)
        names = []
        seen = set()
        counter = 0
        package = self.package.encode("utf-8", "surrogateescape")
        for i in range(r.nsections):
            s = cython.address(r.sections[i])
            p = cython.address(r.pieces[i])
            if (s.type != SHT_PROGBITS and s.type != SHT_NOBITS) or not s.flags & SHF_ALLOC:
                continue
            if s.type == SHT_PROGBITS:
                self.map_section(i, self.name + ": ")
            plain = self.section_name(i)
            name = package + b"(" + plain + b")"
            while name in seen:
                counter += 1
                name = package + b"(" + plain + b"%d)" % counter
            seen.add(name)
            flags = cython.cast(uint64_t, s.flags & (SHF_WRITE | SHF_EXECINSTR))
            if flags == 0:
                p.kind = K_RODATA
            elif flags == SHF_WRITE:
                p.kind = K_NOPTRBSS if s.type == SHT_NOBITS else K_NOPTRDATA
            elif flags == SHF_EXECINSTR:
                p.kind = K_TEXT
            else:
                shown = plain.decode("utf-8", "replace")
                raise CorruptElf(f"{self.name}: unexpected flags for ELF section {shown}")
            if plain in (b".got", b".toc"):
                p.kind = K_ELF_GOT
            align = cython.cast(uint64_t, s.align & MOST)
            if align >> 31 or align & (align - 1):
                raise CorruptElf(MALFORMED + f"bad alignment value in section {i}")
            if s.size > MOST:
                raise CorruptElf(MALFORMED + f"section {i} too large")
            p.li = len(names)
            names.append(name)
        return names

    def make_symbols(self, o, names):
        """The records of sections and symbols, and the sections' contents."""
        r = cython.address(self.r)
        nsections = cython.cast(uint32_t, len(names))
        o.nnamed = o.nalldef = nsections + r.nsymbols
        made = b"".join(names) + GOT
        size = r.nstrings + cython.cast(uint64_t, len(made))
        content = cython.cast(uint64_t, 0)
        for i in range(r.nsections):
            if r.pieces[i].li != NOWHERE and r.sections[i].type == SHT_PROGBITS:
                content += r.sections[i].size
        if size > MOST or content > MOST:
            raise CorruptElf("elf object too large")
        block = self.arena.take(size)
        memcpy(block, r.strings, r.nstrings)
        memcpy(block + r.nstrings, cython.cast("const char *", made), len(made))
        o.base = block
        o.length = size
        r.got = size - 4
        o.syms = cython.cast("SymRecord *", self.arena.take(cython.sizeof(SymRecord) * o.nalldef + 1))
        symbols = self.arena.take(cython.sizeof(HostSymbol) * o.nalldef + 1)
        o.host.symbols = cython.cast("HostSymbol *", symbols)
        o.host.nsections = nsections
        dataidx = cython.cast("uint32_t *", self.arena.take(4 * (cython.cast(uint64_t, o.nalldef) + 1)))
        o.dataidx = dataidx
        o.auxidx = cython.cast("uint32_t *", self.arena.take(4 * (cython.cast(uint64_t, o.nalldef) + 1)))
        data = self.arena.take(content + 1)
        o.data = data
        at = r.nstrings
        for i in range(r.nsections):
            li = r.pieces[i].li
            if li == NOWHERE:
                continue
            s = cython.address(r.sections[i])
            record = cython.address(o.syms[li])
            record.name_off = cython.cast(uint32_t, at)
            record.name_len = len(names[li])
            at += record.name_len
            record.abi = ABI_STATIC
            record.type = HOST_KIND + r.pieces[i].kind
            record.size = cython.cast(uint32_t, s.size)
            record.align = cython.cast(uint32_t, s.align)
            o.host.symbols[li].role = HOST_SECTION
            o.host.symbols[li].outer = NOWHERE
            o.host.symbols[li].next = NOWHERE
            if s.type == SHT_PROGBITS:
                memcpy(data + o.ndata, r.pieces[i].content, s.size)
                o.ndata += cython.cast(uint32_t, s.size)
            dataidx[li + 1] = o.ndata
        for i in range(r.nsymbols):
            dataidx[nsections + i + 1] = o.ndata
            record = cython.address(o.syms[nsections + i])
            record.type = HOST_KIND + K_XREF
            o.host.symbols[nsections + i].outer = NOWHERE
            o.host.symbols[nsections + i].next = NOWHERE
            why = describe(r, i, record, o) if i else 0
            if why:
                raise self.bad_symbol(why, i)
        return 0

    def bad_symbol(self, why: int, i: int) -> CorruptElf:
        symbol = cython.cast("ElfSymbol *", self.r.symbols) + cython.cast(uint32_t, i)
        if why == BAD_NAME:
            return CorruptElf(MALFORMED + f"the name of symbol #{i} lies outside the string table")
        name = self.symbol_name(i).decode("utf-8", "replace")
        if why == BAD_BINDING:
            return CorruptElf(f"{self.name}: {MALFORMED}{name}: invalid symbol binding {symbol.info >> 4}")
        if why == BAD_SECTION_SYMBOL:
            return CorruptElf(MALFORMED + f"section symbol #{i} of no section ({symbol.shndx})")
        if why == TOO_LARGE:
            return CorruptElf(MALFORMED + f"symbol #{i} ({name}) too large")
        section = self.section_name(symbol.shndx).decode("utf-8", "replace")
        return CorruptElf(
            f'sym#{i} ("{name}"): unrecognized symbol in section {symbol.shndx} ("{section}")'
            f" (type {symbol.info & 15})"
        )

    def make_relocations(self, o):
        """The sections' relocations, each section's by offset."""
        r = cython.address(self.r)
        total = cython.cast(uint64_t, 0)
        for i in range(r.nsections):
            s = cython.address(r.sections[i])
            if s.type != SHT_RELA and s.type != SHT_REL:
                continue
            if s.info >= r.nsections or r.pieces[s.info].content == cython.NULL:
                continue
            self.map_section(i, "")
            if r.pieces[s.info].li == NOWHERE:
                raise CorruptElf(MALFORMED + f"section {i} relocates section {s.info}, which has no symbol")
            total += count_relocations(r, i)
        if total > MOST >> 6:
            raise CorruptElf("too many relocations")
        o.relocs = cython.cast("RelocRecord *", self.arena.take(cython.sizeof(RelocRecord) * total + 1))
        relocidx = cython.cast("uint32_t *", self.arena.take(4 * (cython.cast(uint64_t, o.nalldef) + 1)))
        o.relocidx = relocidx
        most = cython.cast(uint64_t, 0)
        for i in range(r.nsections):
            if r.pieces[i].li != NOWHERE:
                relocidx[r.pieces[i].li + 1] = r.pieces[i].nrel
                if r.pieces[i].nrel > most:
                    most = r.pieces[i].nrel
        for li in range(o.nalldef):
            relocidx[li + 1] += relocidx[li]
        o.nreloc = o.relocidx[o.nalldef]
        copy = cython.cast("RelocRecord *", self.arena.take(cython.sizeof(RelocRecord) * most + 1))
        order = cython.cast("uint32_t *", self.arena.take(4 * most + 1))
        for i in range(r.nsections):
            r.pieces[i].nrel = 0
        for i in range(r.nsections):
            s = cython.address(r.sections[i])
            if (
                (s.type != SHT_RELA and s.type != SHT_REL)
                or s.info >= r.nsections
                or r.pieces[s.info].li == NOWHERE
                or r.pieces[s.info].content == cython.NULL
            ):
                continue
            p = cython.address(r.pieces[s.info])
            first = o.relocs + o.relocidx[p.li]
            why = convert(r, o, i, first + p.nrel)
            if why:
                raise self.bad_relocation(why, i)
            p.nrel += count_relocations(r, i)
            sort_relocations(first, p.nrel, copy, order)
        return 0

    def bad_relocation(self, why: int, i: int) -> CorruptElf:
        r = cython.address(self.r)
        section = r.sections[i].info
        number = r.bad
        width = RELA_SIZE if r.sections[i].type == SHT_RELA else REL_SIZE
        info = cython.cast("uint64_t *", r.pieces[i].content + number * width)[1]
        symbol = cython.cast(uint32_t, info >> 32)
        if why == BAD_INDEX:
            return CorruptElf(MALFORMED + "invalid elf symbol index")
        if why == BAD_TYPE:
            kind = cython.cast(uint32_t, info)
            return UnknownRelocation(f"{self.name}: unknown relocation type {kind}; compiled without -fpic?")
        where = self.section_name(section).decode("utf-8", "replace")
        if why == BAD_SYMBOL:
            s = cython.cast("ElfSymbol *", r.symbols) + symbol
            name = self.symbol_name(symbol).decode("utf-8", "replace")
            return CorruptElf(
                f"{MALFORMED}{self.package}({where})#{number}: reloc of invalid sym #{symbol} {name} "
                f"shndx={s.shndx} type={s.info & 15}"
            )
        return CorruptElf(f"{MALFORMED}{self.package}({where})#{number}: addend outside the section")

    def section_name(self, i):
        """The name of a section; b"" where it has none."""
        if i >= self.r.nsections or self.r.pieces[i].nname == 0:
            return b""
        return cython.cast("const char *", self.r.pieces[i].name)[: self.r.pieces[i].nname]

    def symbol_name(self, i):
        """The name of a symbol, which lies in the string table."""
        r = cython.address(self.r)
        off = r.symbols[i].name
        return cython.cast("const char *", r.strings + off)[: text_size(r.strings + off, r.nstrings - off)]


def describe(r, i, record, o):
    """A symbol's record, and what else is known of it (loadelf.readelfsym); 0, or what is wrong."""
    e = cython.cast("ElfSymbol *", r.symbols + i)
    h = cython.address(o.host.symbols[o.host.nsections + i])
    type = cython.cast(cython.int, e.info & 15)
    bind = cython.cast(cython.int, e.info >> 4)
    if e.name > r.nstrings:
        return BAD_NAME
    name = r.strings + e.name
    n = text_size(name, r.nstrings - e.name)
    record.name_off = e.name
    record.name_len = cython.cast(uint32_t, n)
    if n == 21 and memcmp(name, b"_GLOBAL_OFFSET_TABLE_", 21) == 0:
        record.name_off = cython.cast(uint32_t, r.got)
        record.name_len = 4
    if type == STT_SECTION:
        if e.shndx >= r.nsections:
            return BAD_SECTION_SYMBOL
        if r.pieces[e.shndx].li != NOWHERE:
            h.role = HOST_SECTION
            h.outer = r.pieces[e.shndx].li
        return 0
    if not is_symbol(type):
        return 0
    if bind > STB_WEAK:
        return BAD_BINDING
    h.role = HOST_GLOBAL if bind == STB_GLOBAL else HOST_WEAK if bind == STB_WEAK else HOST_LOCAL
    h.hidden = bind == STB_LOCAL or e.other == STV_HIDDEN
    record.abi = ABI_STATIC if bind == STB_LOCAL else 0
    if e.size > MOST:
        return TOO_LARGE
    if e.shndx == SHN_COMMON or type == STT_COMMON:
        h.common = True
        record.type = HOST_KIND + K_NOPTRBSS
        record.size = cython.cast(uint32_t, e.size)
        return 0
    if e.shndx == 0 or e.shndx >= r.nsections:
        return 0
    section = cython.address(r.pieces[e.shndx])
    if section.li == NOWHERE:
        return 0 if passed_over(section, type, r.strings + e.name, n) else BAD_SECTION
    h.value = e.value
    h.outer = section.li
    record.type = HOST_KIND + section.kind
    record.size = cython.cast(uint32_t, e.size)
    return 0


def passed_over(section, type, name, n):
    """Whether a symbol in a section that takes no memory is one that compilers leave behind."""
    if type == STT_NOTYPE:
        if n == 0 and starts(section.name, section.nname, b".debug_", 7):
            return True
        if starts(name, n, b".Ldebug_", 8) or (n == 4 and memcmp(name, b".L0 ", 4) == 0):
            return True
        if n == 18 and memcmp(name, b".Lline_table_start0", 18) == 0:
            return True
        if (
            starts(name, n, b"$d", 2)
            and section.nname == 12
            and memcmp(section.name, b".debug_frame", 12) == 0
        ):
            return True
        if starts(name, n, b"wm4.", 4) or starts(name, n, b"wm8.", 4):
            return True
    return cython.cast(
        cython.bint,
        starts(name, n, b".Linfo_string", 13)
        or starts(name, n, b".LASF", 5)
        or starts(name, n, b".LLRL", 5)
        or starts(name, n, b".LLST", 5)
        or starts(name, n, b".LVUS", 5),
    )


def count_relocations(r, i):
    """Count a relocation section's entries, those of type 0 left out, for the section they patch."""
    width = RELA_SIZE if r.sections[i].type == SHT_RELA else REL_SIZE
    p = r.pieces[i].content
    found = cython.cast(cython.int, 0)
    for j in range(r.sections[i].size // width):
        if cython.cast("uint32_t *", p + j * width + 8)[0]:
            found += 1
    r.pieces[r.sections[i].info].nrel += found
    return found


def convert(r, o, i, out):
    """A relocation section's entries as records; 0, or what is wrong with which."""
    rela = cython.declare(cython.bint, r.sections[i].type == SHT_RELA)
    width = RELA_SIZE if rela else REL_SIZE
    section = r.sections[i].info
    nsections = o.host.nsections
    for j in range(r.sections[i].size // width):
        p = r.pieces[i].content + j * width
        if cython.cast("uint32_t *", p + 8)[0] == 0:
            continue
        r.bad = j
        symbol = cython.cast(uint32_t, cython.cast("uint64_t *", p)[1] >> 32)
        out.pkg = 0
        out.idx = 0
        if symbol:
            if symbol >= r.nsymbols:
                return BAD_INDEX
            h = cython.address(o.host.symbols[nsections + symbol])
            if h.role == HOST_NONE:
                return BAD_SYMBOL
            out.pkg = PKG_NONE
            out.idx = h.outer if h.role == HOST_SECTION else nsections + symbol
        why = relocation_at(r, section, p, rela, out)
        if why:
            return why
        out += 1
    return 0


def relocation_at(r, i, p, rela, out):
    """One relocation of section i, but for its symbol; 0, or what is wrong."""
    words = cython.cast("uint64_t *", p)
    type = cython.cast(uint32_t, words[1])
    if type > 255 or r.sizes[type] == 0:
        return BAD_TYPE
    out.off = cython.cast(int32_t, words[0])
    out.size = r.sizes[type]
    out.type = cython.cast(uint16_t, R_ELF + type)
    if rela:
        add = cython.cast(int64_t, words[2])
        out.add = cython.cast(int32_t, add) if out.size == 4 else add
        return 0
    if out.off < 0 or cython.cast(uint64_t, out.off) + out.size > r.sections[i].size:
        return BAD_ADDEND
    content = r.pieces[i].content + out.off
    if out.size == 4:
        out.add = cython.cast("int32_t *", content)[0]
    else:
        out.add = cython.cast("int64_t *", content)[0]
    return 0


def by_offset(context, a, b):
    records = cython.cast("RelocRecord *", context)
    return cython.cast(cython.bint, records[a].off < records[b].off)


def sort_relocations(first, n, copy, order):
    """Sort as cmd/link does, ties and all (loader.SortRelocs)."""
    i = cython.cast(uint32_t, 1)
    while i < n and first[i - 1].off <= first[i].off:
        i += 1
    if i >= n:
        return
    memcpy(copy, first, n * cython.sizeof(RelocRecord))
    for k in range(n):
        order[k] = k
    pdqsort(order, n, by_offset, copy)
    for k in range(n):
        first[k] = copy[order[k]]
