"""What each byte of a Go 1.20+ pclntab (in `.gopclntab`, or inside another section) is for."""

from __future__ import annotations

import bisect
import struct
from collections.abc import Callable
from functools import cached_property
from typing import NamedTuple

HEADER = struct.Struct("<IBBBB8Q")
HEADER_FIELDS = (  # noqa: SIM905
    "magic pad1 pad2 minLC ptrSize nfunc nfiles textStart funcnameOffset cuOffset filetabOffset "
    "pctabOffset pclnOffset"
).split()
HEADER_STARTS = (0, 4, 5, 6, 7, 8, 16, 24, 32, 40, 48, 56, 64)
MAGIC = 0xFFFFFFF1  # internal/abi: Go120PCLnTabMagic

NO_FUNCDATA = 0xFFFFFFFF

# runtime._func, as far as the variable part.
FUNC = struct.Struct("<IiiIIIIIIiBBBB")
FUNC_FIELDS = (  # noqa: SIM905
    "entryOff nameOff args deferreturn pcsp pcfile pcln npcdata cuOffset startLine funcID flag pad nfuncdata"
).split()
FUNC_STARTS = (0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 41, 42, 43)
PCDATA = ("UnsafePoint", "StackMapIndex", "InlTreeIndex", "ArgLiveIndex", "PanicBounds")
FUNCDATA = (  # noqa: SIM905
    "ArgsPointerMaps LocalsPointerMaps StackObjects InlTree OpenCodedDeferInfo ArgInfo ArgLiveInfo WrapInfo"
).split()


class Func(NamedTuple):
    """One functab entry: where its code starts (from the start of text), its record, its name."""

    entry_off: int
    record: int
    name: str


Owners = list[tuple[int, str, str]]


class Pclntab:
    """The table at the start of `data`; offsets are from its start."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.header = dict(zip(HEADER_FIELDS, HEADER.unpack_from(data), strict=True))
        if self.header["magic"] != MAGIC:
            raise ValueError(f"pclntab magic {self.header['magic']:#x}")
        tables = ("funcnametab", "cutab", "filetab", "pctab", "functab")
        starts = [self.header[field] for field in HEADER_FIELDS[-5:]]
        ends = [*starts[1:], len(data)]
        self.tables = {name: (start, end) for name, start, end in zip(tables, starts, ends, strict=True)}
        self.functab = starts[-1]
        self.funcs = self._funcs()
        self.end_off = self._u32(self.functab + 8 * self.header["nfunc"])
        self.entries = [func.entry_off for func in self.funcs]
        self.records = sorted((func.record, i) for i, func in enumerate(self.funcs))

    @classmethod
    def read(cls, data: bytes) -> Pclntab | None:
        """The table, or None where there is none that this knows."""
        try:
            return cls(data)
        except (ValueError, struct.error):
            return None

    def _u32(self, off: int) -> int:
        value: int = struct.unpack_from("<I", self.data, off)[0]
        return value

    def _funcs(self) -> list[Func]:
        base = self.functab
        funcs = []
        for entry, record in struct.iter_unpack("<II", self.data[base : base + 8 * self.header["nfunc"]]):
            name_off = self._u32(base + record + 4)
            funcs.append(Func(entry, record, self.name_at(name_off)))
        return funcs

    def name_at(self, name_off: int) -> str:
        """The function name at an offset into funcnametab."""
        start = self.tables["funcnametab"][0] + name_off
        return self.data[start : self.data.find(b"\0", start)].decode(errors="replace")

    def func_at(self, text_off: int) -> Func | None:
        """The function whose code holds an offset from the start of text."""
        i = bisect.bisect_right(self.entries, text_off) - 1
        return self.funcs[i] if i >= 0 and text_off < self.end_off else None

    def record_fields(self, func: Func) -> list[tuple[str, int]]:
        """Every field of a function's record with its value."""
        start = self.functab + func.record
        values = FUNC.unpack_from(self.data, start)
        fields = list(zip(FUNC_FIELDS, values, strict=True))
        npcdata, nfuncdata = values[7], values[13]
        tail = struct.unpack_from(f"<{npcdata + nfuncdata}I", self.data, start + FUNC.size)
        fields += [(pcdata_name(i), tail[i]) for i in range(npcdata)]
        fields += [(funcdata_name(i), tail[npcdata + i]) for i in range(nfuncdata)]
        return fields

    def describe(self, off: int) -> str:
        """Name the field that the byte at an offset belongs to."""
        if off < HEADER.size:
            return f"pcheader.{HEADER_FIELDS[bisect.bisect_right(HEADER_STARTS, off) - 1]}"
        for name, (start, end) in self.tables.items():
            if start <= off < end:
                return getattr(self, f"_describe_{name}")(off, off - start)  # type: ignore[no-any-return]
        return f"pclntab+{off:#x}"

    def _string_around(self, off: int, start: int) -> str:
        begin = self.data.rfind(b"\0", start, off) + 1 or start
        return repr(self.data[begin : self.data.find(b"\0", off)].decode(errors="replace"))

    def _describe_funcnametab(self, off: int, rel: int) -> str:
        return f"funcnametab+{rel:#x}, in {self._string_around(off, off - rel)}"

    def _describe_filetab(self, off: int, rel: int) -> str:
        return f"filetab+{rel:#x}, in {self._string_around(off, off - rel)}"

    def _describe_cutab(self, off: int, rel: int) -> str:
        users = [func.name for func in self.funcs if self._cu_offset(func) <= rel // 4][:1]
        return f"cutab[{rel // 4}]" + (f" (used after {users[0]})" if users and rel == 0 else "")

    def _cu_offset(self, func: Func) -> int:
        return self._u32(self.functab + func.record + 32)

    def _describe_pctab(self, off: int, rel: int) -> str:
        return f"pctab+{rel:#x}{self._owner(rel, self._pctab_owners)}"

    def describe_funcdata(self, rel: int) -> str:
        """Name the funcdata that the byte at an offset into go:func.* belongs to."""
        return f"go:func.*+{rel:#x}{self._owner(rel, self._funcdata_owners)}"

    @cached_property
    def _pctab_owners(self) -> Owners:
        return self._owners(lambda field, value: field.startswith(("pc", "PCDATA")) and value > 0)

    @cached_property
    def _funcdata_owners(self) -> Owners:
        return self._owners(lambda field, value: field.startswith("FUNCDATA") and value != NO_FUNCDATA)

    def _owners(self, wanted: Callable[[str, int], bool]) -> Owners:
        """Where each table begins, and the first function and field that use it, in order."""
        first: dict[int, tuple[str, str]] = {}
        for func in self.funcs:
            for field, value in self.record_fields(func):
                if wanted(field, value):
                    first.setdefault(value, (field, func.name))
        return sorted((value, *owner) for value, owner in first.items())

    def _owner(self, rel: int, owners: Owners) -> str:
        i = bisect.bisect_right(owners, rel, key=lambda owner: owner[0]) - 1
        return f", in {owners[i][1]} of {owners[i][2]} (at +{owners[i][0]:#x})" if i >= 0 else ""

    def _describe_functab(self, off: int, rel: int) -> str:
        count = self.header["nfunc"]
        if rel < 8 * count:
            which = "funcoff" if rel % 8 >= 4 else "entryoff"
            return f"functab[{rel // 8}].{which} ({self.funcs[rel // 8].name})"
        if rel < 8 * count + 4:
            return "functab's end offset"
        i = bisect.bisect_right(self.records, (rel, len(self.funcs))) - 1
        func = self.funcs[self.records[i][1]] if i >= 0 else None
        if func is None:
            return f"functab+{rel:#x}"
        return f"func record of {func.name}: {self._record_field(func, rel - func.record)}"

    def _record_field(self, func: Func, rel: int) -> str:
        if rel < FUNC.size:
            return FUNC_FIELDS[bisect.bisect_right(FUNC_STARTS, rel) - 1]
        fields = self.record_fields(func)[len(FUNC_FIELDS) :]
        i = (rel - FUNC.size) // 4
        return fields[i][0] if i < len(fields) else f"+{rel:#x}, past its {len(fields)} pcdata and funcdata"


def pcdata_name(i: int) -> str:
    """Name of pcdata table i."""
    return f"PCDATA_{PCDATA[i]}" if i < len(PCDATA) else f"pcdata[{i}]"


def funcdata_name(i: int) -> str:
    """Name of funcdata slot i."""
    return f"FUNCDATA_{FUNCDATA[i]}" if i < len(FUNCDATA) else f"funcdata[{i}]"
