"""Name the fields of Go 1.27's moduledata and the type descriptors and itabs that it points to."""

from __future__ import annotations

import bisect
import struct
from typing import NamedTuple

from goweld.codec.elf_read import ElfFile

MODULEDATA = (  # noqa: SIM905
    "pcHeader funcnametab[] cutab[] filetab[] pctab[] pclntable[] ftab[] findfunctab minpc maxpc text etext "
    "noptrdata enoptrdata data edata bss ebss noptrbss enoptrbss covctrs ecovctrs end gcdata gcbss types "
    "typedesclen etypes itaboffset itabsize rodata gofunc epclntab textsectmap[] ptab[] pluginpath$ "
    "pkghashes[] inittasks[] modulename$ modulehashes[] hasmain,bad gcdatamask.n gcdatamask.bytedata "
    "gcbssmask.n gcbssmask.bytedata typemap next"
).split()

TYPE = struct.Struct("<QQIBBBBQQii")
TYPE_FIELDS = "Size_ PtrBytes Hash TFlag Align_ FieldAlign_ Kind_ Equal GCData Str PtrToThis".split()  # noqa: SIM905
TYPE_STARTS = (0, 8, 16, 20, 21, 22, 23, 24, 32, 40, 44)
TFLAG_UNCOMMON = 1
TFLAG_EXTRA_STAR = 2
UNCOMMON_SIZE = 16
METHOD_SIZE = 16
# internal/abi.Kind -> (name, size of the kind's descriptor, names of the words after abi.Type).
KINDS: dict[int, tuple[str, int, str]] = {
    17: ("array", 72, "Elem Slice Len"),
    18: ("chan", 64, "Elem Dir"),
    19: ("func", 56, "InCount,OutCount"),
    20: ("interface", 80, "PkgPath Methods.ptr Methods.len Methods.cap"),
    21: ("map", 112, "Key Elem Group Hasher GroupSize KeysOff KeyStride,ElemsOff ElemStride,Flags"),
    22: ("pointer", 56, "Elem"),
    23: ("slice", 56, "Elem"),
    25: ("struct", 80, "PkgPath Fields.ptr Fields.len Fields.cap"),
}
LAST_KIND = 26


class TypeDesc(NamedTuple):
    """What abi.Type says of a type, as far as a report needs it."""

    addr: int
    size: int
    kind: int
    uncommon: bool
    name: str


class Moduledata:
    """The module's table of tables, `runtime.firstmoduledata`."""

    def __init__(self, data: bytes) -> None:
        self.words: dict[str, int] = {}
        names = moduledata_words()
        values = struct.unpack_from(f"<{len(names)}Q", data)
        self.words = dict(zip(names, values, strict=True))

    @classmethod
    def read(cls, elf: ElfFile) -> Moduledata | None:
        """The moduledata of an executable, where it is a Go 1.27 one."""
        section = elf.by_name.get(".go.module")
        if section is None or section.sh_size < 8 * len(moduledata_words()):
            return None
        return cls(elf.contents(section))


def moduledata_words() -> list[str]:
    """A name for each of moduledata's words."""
    words = []
    for field in MODULEDATA:
        if field.endswith("[]"):
            words += [field[:-2] + part for part in (".ptr", ".len", ".cap")]
        elif field.endswith("$"):
            words += [field[:-1] + part for part in (".ptr", ".len")]
        else:
            words.append(field)
    return words


class TypeView:
    """The descriptors with the typelink flag, in the order they lie in; then unnamed bytes; then itabs."""

    def __init__(self, elf: ElfFile, module: Moduledata) -> None:
        self.elf = elf
        self.base = module.words["types"]
        self.desc_end = self.base + module.words["typedesclen"]
        self.itabs = self.base + module.words["itaboffset"]
        self.itabs_end = self.itabs + module.words["itabsize"]
        self.data = elf.bytes_at(self.base, module.words["etypes"] - self.base)
        self.descs = self._descs()
        self.starts = [desc.addr for desc in self.descs]
        self.itab_starts = self._itabs()

    def _descs(self) -> list[TypeDesc]:
        # The walk of runtime.moduleTypelinks: a word is skipped first, then one descriptor after the other.
        descs = []
        addr = self.base + 8
        while addr + TYPE.size <= self.desc_end:
            desc = self._desc(addr)
            if desc is None:
                break
            descs.append(desc)
            addr += (desc.size + 7) & ~7
        return descs

    def _desc(self, addr: int) -> TypeDesc | None:
        off = addr - self.base
        if off < 0 or off + TYPE.size > len(self.data):
            return None
        fields = dict(zip(TYPE_FIELDS, TYPE.unpack_from(self.data, off), strict=True))
        kind = fields["Kind_"]
        if not 0 < kind <= LAST_KIND:
            return None
        size, extra = self._kind_size(off, kind)
        uncommon = bool(fields["TFlag"] & TFLAG_UNCOMMON)
        if uncommon:
            methods = struct.unpack_from("<H", self.data, off + size + 4)[0]
            size += UNCOMMON_SIZE + METHOD_SIZE * methods
        name = self.name_at(fields["Str"])
        if fields["TFlag"] & TFLAG_EXTRA_STAR:
            name = name.removeprefix("*")
        return TypeDesc(addr, size + extra, kind, uncommon, name)

    def _kind_size(self, off: int, kind: int) -> tuple[int, int]:
        if kind not in KINDS:
            return TYPE.size, 0
        name, size, _ = KINDS[kind]
        if name == "func":
            ins, outs = struct.unpack_from("<HH", self.data, off + TYPE.size)
            return size, 8 * (ins + (outs & 0x7FFF))
        if name in ("struct", "interface"):
            count = struct.unpack_from("<Q", self.data, off + 64)[0]
            return size, count * (24 if name == "struct" else 8)
        return size, 0

    def name_at(self, name_off: int) -> str:
        """The text of an abi.Name at an offset from the types."""
        length = shift = 0
        at = name_off + 1
        while at < len(self.data):
            length |= (self.data[at] & 0x7F) << shift
            shift += 7
            at += 1
            if not self.data[at - 1] & 0x80:
                break
        return self.data[at : at + length].decode(errors="replace")

    def _itabs(self) -> list[int]:
        starts = []
        addr = self.itabs
        while addr < self.itabs_end:
            starts.append(addr)
            inter = struct.unpack_from("<Q", self.data, addr - self.base)[0] - self.base
            if not 0 <= inter + 72 <= len(self.data):
                break
            methods = struct.unpack_from("<Q", self.data, inter + 64)[0]
            addr += 24 + 8 * max(methods, 1)
        return starts

    def at(self, addr: int) -> TypeDesc | None:
        """The descriptor that holds an address."""
        i = bisect.bisect_right(self.starts, addr) - 1
        desc = self.descs[i] if i >= 0 else None
        return desc if desc and addr < desc.addr + desc.size else None

    def describe(self, addr: int) -> str:
        """Name what lies at an address between types and etypes."""
        desc = self.at(addr)
        if desc is not None:
            return f"type:{desc.name} {self._field(desc, addr - desc.addr)}"
        if self.itabs <= addr < self.itabs_end:
            return self._describe_itab(addr)
        if addr < self.desc_end:
            return f"type descriptors+{addr - self.base:#x}"
        return f"names and descriptors outside typelinks, types+{addr - self.base:#x}"

    def _describe_itab(self, addr: int) -> str:
        i = bisect.bisect_right(self.itab_starts, addr) - 1
        start = self.itab_starts[i]
        inter, typ = struct.unpack_from("<QQ", self.data, start - self.base)
        word = (addr - start) // 8
        field = ("Inter", "Type", "Hash")[word] if word < 3 else f"Fun[{word - 3}]"
        names = [self._type_name(word) for word in (typ, inter)]
        return f"go:itab.{names[0]},{names[1]} {field}"

    def _type_name(self, addr: int) -> str:
        desc = self._desc(addr)
        return desc.name if desc else f"{addr:#x}"

    def _field(self, desc: TypeDesc, rel: int) -> str:
        if rel < TYPE.size:
            return TYPE_FIELDS[bisect.bisect_right(TYPE_STARTS, rel) - 1]
        size, words = TYPE.size, ""
        if desc.kind in KINDS:
            _, size, words = KINDS[desc.kind]
        if rel < size:
            names = words.split()
            i = (rel - TYPE.size) // 8
            return names[i] if i < len(names) else f"+{rel:#x}"
        if desc.uncommon and rel < size + UNCOMMON_SIZE:
            at = rel - size
            return "uncommon." + ("PkgPath" if at < 4 else "Mcount, Xcount" if at < 8 else "Moff")
        if desc.uncommon and rel >= desc.size - self._method_bytes(desc, size):
            at = rel - (desc.size - self._method_bytes(desc, size))
            return f"method[{at // METHOD_SIZE}].{('Name', 'Mtyp', 'Ifn', 'Tfn')[at % METHOD_SIZE // 4]}"
        return f"+{rel:#x}, in its fields, parameters or methods"

    def _method_bytes(self, desc: TypeDesc, kind_size: int) -> int:
        at = desc.addr - self.base + kind_size + 4
        count: int = struct.unpack_from("<H", self.data, at)[0]
        return METHOD_SIZE * count
