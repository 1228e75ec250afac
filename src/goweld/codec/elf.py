"""ELF64, little-endian: the constants and records that the linker writes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

EHDR_SIZE = 64
PHDR_SIZE = 56
SHDR_SIZE = 64
SYM_SIZE = 24
CHDR_SIZE = 24
RELA_SIZE = 24

ET_REL = 1
ET_EXEC = 2
ET_DYN = 3
EM_X86_64 = 62

PT_LOAD = 1
PT_DYNAMIC = 2
PT_INTERP = 3
PT_NOTE = 4
PT_PHDR = 6
PT_TLS = 7
PT_GNU_STACK = 0x6474E551
PT_GNU_RELRO = 0x6474E552

PF_X = 1
PF_W = 2
PF_R = 4

SHT_NULL = 0
SHT_PROGBITS = 1
SHT_SYMTAB = 2
SHT_STRTAB = 3
SHT_RELA = 4
SHT_HASH = 5
SHT_DYNAMIC = 6
SHT_NOTE = 7
SHT_NOBITS = 8
SHT_DYNSYM = 11
SHT_INIT_ARRAY = 14
SHT_GNU_VERNEED = 0x6FFFFFFE
SHT_GNU_VERSYM = 0x6FFFFFFF

SHF_WRITE = 1
SHF_ALLOC = 2
SHF_EXECINSTR = 4
SHF_TLS = 0x400
SHF_COMPRESSED = 0x800

ELFCOMPRESS_ZLIB = 1

STB_GLOBAL = 1
STT_OBJECT = 1
STT_FUNC = 2

DT_NULL = 0
DT_NEEDED = 1
DT_PLTRELSZ = 2
DT_PLTGOT = 3
DT_HASH = 4
DT_STRTAB = 5
DT_SYMTAB = 6
DT_RELA = 7
DT_RELASZ = 8
DT_RELAENT = 9
DT_STRSZ = 10
DT_SYMENT = 11
DT_PLTREL = 20
DT_DEBUG = 21
DT_JMPREL = 23
DT_RUNPATH = 29
DT_FLAGS = 30
DT_VERSYM = 0x6FFFFFF0
DT_FLAGS_1 = 0x6FFFFFFB
DT_VERNEED = 0x6FFFFFFE
DT_VERNEEDNUM = 0x6FFFFFFF

DF_BIND_NOW = 8
DF_1_NOW = 1
DF_1_PIE = 0x8000000

_IDENT = b"\x7fELF\x02\x01\x01"  # ELFCLASS64, ELFDATA2LSB, EV_CURRENT; the OS ABI byte follows
_MASK = (1 << 64) - 1


class Ehdr:
    """The ELF header. Sections headers follow the program headers, if there are any, which follow it."""

    __slots__ = ("type", "machine", "entry", "flags", "osabi", "phnum", "shnum", "shstrndx")

    def __init__(self, type: int, machine: int) -> None:
        self.type = type
        self.machine = machine
        self.entry = 0
        self.flags = 0
        self.osabi = 0
        self.phnum = 0
        self.shnum = 0
        self.shstrndx = 0

    def pack(self) -> bytes:
        return (
            _IDENT
            + bytes((self.osabi,))
            + bytes(8)
            + record(
                "2248884222222",
                self.type,
                self.machine,
                1,
                self.entry & _MASK,
                EHDR_SIZE if self.phnum else 0,
                EHDR_SIZE + self.phnum * PHDR_SIZE,
                self.flags,
                EHDR_SIZE,
                PHDR_SIZE if self.phnum else 0,
                self.phnum,
                SHDR_SIZE,
                self.shnum,
                self.shstrndx,
            )
        )


class Phdr:
    """A program header. The physical address is always the virtual one."""

    __slots__ = ("type", "flags", "offset", "vaddr", "filesz", "memsz", "align")

    def __init__(self, type: int, flags: int) -> None:
        self.type = type
        self.flags = flags
        self.offset = 0
        self.vaddr = 0
        self.filesz = 0
        self.memsz = 0
        self.align = 0

    def pack(self) -> bytes:
        """The record; 64-bit fields wrap round, as an offset before the file's start does."""
        wide = (self.offset, self.vaddr, self.vaddr, self.filesz, self.memsz, self.align)
        return record("44888888", self.type, self.flags, *(value & _MASK for value in wide))


class Shdr:
    """A section header. `number` is its place in the table, once that is sorted.

    `link_to` and `info_to`, where set, are the headers whose numbers sh_link and sh_info hold.
    """

    __slots__ = (
        "name",
        "type",
        "flags",
        "addr",
        "offset",
        "size",
        "link_to",
        "info_to",
        "info",
        "align",
        "entsize",
        "number",
        "name_offset",
    )

    def __init__(self, name: str) -> None:
        self.name = name
        self.type = SHT_NULL
        self.flags = 0
        self.addr = 0
        self.offset = 0
        self.size = 0
        self.link_to: Shdr | None = None
        self.info_to: Shdr | None = None
        self.info = 0
        self.align = 0
        self.entsize = 0
        self.number = 0
        self.name_offset = 0

    def pack(self) -> bytes:
        return record(
            "4488884488",
            self.name_offset,
            self.type,
            self.flags,
            self.addr,
            self.offset,
            self.size,
            self.link_to.number if self.link_to else 0,
            self.info_to.number if self.info_to else self.info,
            self.align,
            self.entsize,
        )


def record(sizes: str, *values: int) -> bytes:
    """Numbers one after the other, each in as many bytes as its digit of `sizes` says.

    The module struct would do it, but takes as long to load as a stage takes for a small program.
    """
    return b"".join(value.to_bytes(int(size), "little") for size, value in zip(sizes, values, strict=True))


def compression_header(size: int) -> bytes:
    """What precedes the compressed content of a section of `size` bytes without alignment (Elf64_Chdr)."""
    return record("4488", ELFCOMPRESS_ZLIB, 0, size, 1)


def note(name: bytes, kind: int, description: bytes) -> bytes:
    """A note: its header, the name and the description, both padded to four bytes."""
    return record("444", len(name), len(description), kind) + _padded(name) + _padded(description)


def string_table(strings: Sequence[str], shared: str) -> tuple[bytes, dict[str, int]]:
    """A table of NUL-terminated strings, and where in it each one starts.

    Strings that begin with `shared` come first, and one that follows it in another is not written again
    (".text" in ".rela.text"). No other suffix is shared.
    """
    table = bytearray(1)
    places = {"": 0}
    for string in strings:
        if string.startswith(shared):
            places.setdefault(string[len(shared) :], len(table) + len(shared))
            places[string] = len(table)
            table += string.encode() + b"\0"
    for string in strings:
        if string not in places:
            places[string] = len(table)
            table += string.encode() + b"\0"
    return bytes(table), places


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 4)
