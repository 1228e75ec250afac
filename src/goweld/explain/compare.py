"""Explain how two ELF64 executables differ: section, then symbol, then field.

`first_difference` gives the difference nearest to the cause: a missing section or symbol moves everything
behind it, so names and order are compared before sizes, sizes before addresses, addresses before bytes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from goweld.codec.elf_read import SHT_STRTAB, SHT_SYMTAB, ElfFile, Section, Segment
from goweld.errors import LinkError
from goweld.explain.archives import differences, is_archive
from goweld.explain.bytediff import Difference, first_differing_byte, hex_context
from goweld.explain.places import Places

DETAIL_LINES = 40
OTHER_LINES = 8
OTHER_STEPS = 1000
SYMBOL_FIELDS = ("st_info", "st_other", "st_shndx", "st_value", "st_size")


@dataclass
class Finding:
    """One difference: the place and what differs there, then lines that show it."""

    headline: str
    details: list[str] = field(default_factory=list)

    def text(self) -> str:
        return "\n".join([self.headline, *("    " + line for line in self.details[:DETAIL_LINES])])


class Comparison:
    """Two executables side by side; A is the reference by convention."""

    def __init__(self, a: ElfFile, b: ElfFile) -> None:
        self.a, self.b = a, b
        # A stripped file and one with symbols have only the names of the tables in common.
        symbols = bool(a.symbols) == bool(b.symbols)
        self.named_by_symbols = bool(a.symbols and b.symbols)
        self.places_a, self.places_b = Places(a, symbols=symbols), Places(b, symbols=symbols)

    def findings(self) -> Iterator[Finding]:
        """Every difference, the likeliest cause first."""
        yield from self.section_lists()
        yield from self.layouts()
        yield from self.section_fields()
        yield from self.headers()
        yield from self.contents()
        yield from self.outside_sections()

    def section_lists(self) -> Iterator[Finding]:
        names_a = [section.name for section in self.a.sections]
        names_b = [section.name for section in self.b.sections]
        if names_a == names_b:
            return
        details = [f"A {' '.join(names_a)}", f"B {' '.join(names_b)}"]
        only_a = [name for name in names_a if name not in names_b]
        only_b = [name for name in names_b if name not in names_a]
        if only_a or only_b:
            yield Finding(f"sections: only in A: {only_a or 'none'}, only in B: {only_b or 'none'}", details)
        else:
            yield Finding("sections: the same, in another order", details)

    def pairs(self) -> Iterator[tuple[Section, Section]]:
        """The sections that both files have."""
        for section in self.a.sections:
            other = self.b.by_name.get(section.name)
            if section.name and other is not None:
                yield section, other

    def layouts(self) -> Iterator[Finding]:
        """Per section, the first named range that is another one or has another size."""
        for one, two in self.pairs():
            items_a, items_b = self.places_a.items(one), self.places_b.items(two)
            if not (self.named_by_symbols or (items_a and items_b)):
                continue  # a damaged table names nothing; its own bytes will tell
            names_b = {item.name for item in items_b}
            for i, (x, y) in enumerate(zip_longest(items_a, items_b)):
                if x and y and (x.name, x.size) == (y.name, y.size):
                    continue
                if x and y and x.name == y.name:
                    headline = f"{one.name}: {x.name} has another size: A {x.size:#x}, B {y.size:#x}"
                else:
                    headline = f"{one.name}: symbol {i} by address: A {shown(x)}, B {shown(y)}"
                details = [f"A[{i + k}] {place(items_a, i + k)}   B[{i + k}] {place(items_b, i + k)}"
                           for k in range(-2, 3) if i + k >= 0]  # fmt: skip
                details += only(items_a, items_b, "A") + only(items_b, items_a, "B")
                if x and x.name not in names_b:
                    details.append(f"B has no {x.name} in this section")
                yield Finding(headline, details)
                break

    def section_fields(self) -> Iterator[Finding]:
        for one, two in self.pairs():
            changed = fields_that_differ(one, two)
            if changed:
                yield Finding(f"section header {one.name}: {changed}")

    def headers(self) -> Iterator[Finding]:
        changed = [f"{name} A {value:#x} B {self.b.header[name]:#x}" for name, value in self.a.header.items()
                   if isinstance(value, int) and value != self.b.header[name]]  # fmt: skip
        if self.a.header["e_ident"] != self.b.header["e_ident"]:
            changed.append(f"e_ident A {self.a.header['e_ident'].hex()} B {self.b.header['e_ident'].hex()}")
        if changed:
            yield Finding("ELF header: " + ", ".join(changed))
        for i, (x, y) in enumerate(zip_longest(self.a.segments, self.b.segments)):
            if x is None or y is None:
                yield Finding(f"program header {i}: only in {'A' if x else 'B'}: {x or y}")
            elif x != y:
                yield Finding(f"program header {i}: {fields_that_differ(x, y)}")

    def contents(self) -> Iterator[Finding]:
        for one, two in self.pairs():
            bytes_a, bytes_b = self.a.contents(one), self.b.contents(two)
            if bytes_a == bytes_b:
                continue
            if one.sh_type == SHT_SYMTAB:
                yield from self.symbol_tables()
            elif one.sh_type == SHT_STRTAB:
                yield self.string_tables(one, bytes_a, bytes_b)
            else:
                yield self.section_bytes(one, two, bytes_a, bytes_b)

    def section_bytes(self, one: Section, two: Section, bytes_a: bytes, bytes_b: bytes) -> Finding:
        difference = Difference(bytes_a, bytes_b)
        off = difference.first
        addr = one.sh_addr + off
        if one.sh_addr:
            where, other = self.places_a.describe(addr), self.places_b.describe(two.sh_addr + off)
        else:
            where = self.places_a.describe_offset(one, off)
            other = self.places_b.describe_offset(two, off)
        headline = f"{one.name}+{off:#x} (address {addr:#x}, file {one.sh_offset + off:#x}): {where}"
        if other != where:
            headline += f"; in B: {other}"
        details = hex_context(bytes_a, bytes_b, off)
        details += self.pointers(one, two, bytes_a, bytes_b, off)
        details.append(f"{difference.count} of {min(len(bytes_a), len(bytes_b))} bytes differ in {one.name}")
        details += self.other_places(one, difference, addr)
        return Finding(headline, details)

    def other_places(self, one: Section, difference: Difference, first: int) -> list[str]:
        """The next places in the section that differ, one line for each symbol or field."""
        if not one.sh_addr:
            return []
        lines: list[str] = []
        seen = {self.places_a.describe(first)}
        at = self.end_of_item(one, first)
        for _ in range(OTHER_STEPS):
            off = difference.next(at - one.sh_addr)
            if off < 0 or len(lines) == OTHER_LINES:
                break
            where = self.places_a.describe(one.sh_addr + off)
            if where not in seen:
                lines.append(f"also +{off:#x}: {where}")
                seen.add(where)
            at = self.end_of_item(one, one.sh_addr + off)
        return lines

    def end_of_item(self, section: Section, addr: int) -> int:
        """The end of the named range around an address, or the next address."""
        item = self.places_a.item_at(section, addr)
        return max(addr + 1, item.addr + item.size if item else 0)

    def pointers(self, one: Section, two: Section, bytes_a: bytes, bytes_b: bytes, off: int) -> list[str]:
        """What the differing bytes say if they are an address, or a branch or operand of code."""
        if not one.sh_addr:
            return []
        if one.name.startswith(".text"):
            for start in range(max(off - 3, 0), off + 1):
                targets = [
                    section.sh_addr
                    + start
                    + 4
                    + int.from_bytes(data[start : start + 4], "little", signed=True)
                    for section, data in ((one, bytes_a), (two, bytes_b))
                ]
                if self.places_a.is_start(targets[0]) or self.places_b.is_start(targets[1]):
                    return self.named("operand at", one.sh_addr + start, targets)
            return []
        start = off & ~7
        values = [int.from_bytes(data[start : start + 8], "little") for data in (bytes_a, bytes_b)]
        if self.a.section_at(values[0]) or self.b.section_at(values[1]):
            return self.named("word at", one.sh_addr + start, values)
        return []

    def named(self, what: str, addr: int, targets: list[int]) -> list[str]:
        return [
            f"{what} {addr:#x}, {label}: {target:#x} = {places.describe(target)}"
            for label, target, places in zip("AB", targets, (self.places_a, self.places_b), strict=True)
        ]

    def symbol_tables(self) -> Iterator[Finding]:
        symbols_a, symbols_b = self.a.symbols, self.b.symbols
        for i, (x, y) in enumerate(zip_longest(symbols_a, symbols_b)):
            if x == y:
                continue
            details = [f"A[{i + k}] {symbols_a[i + k] if 0 <= i + k < len(symbols_a) else 'end'}\n"
                       f"    B[{i + k}] {symbols_b[i + k] if 0 <= i + k < len(symbols_b) else 'end'}"
                       for k in range(-1, 2) if i + k >= 0]  # fmt: skip
            details.append(f"A has {len(symbols_a)} symbols, B has {len(symbols_b)}")
            if x and y and x.name == y.name:
                yield Finding(f".symtab[{i}] {x.name}: {fields_that_differ(x, y)}", details)
                return
            details += only(symbols_a, symbols_b, "A") + only(symbols_b, symbols_a, "B")
            names = [symbol.name if symbol else "the end" for symbol in (x, y)]
            yield Finding(f".symtab[{i}]: A {names[0]}, B {names[1]}", details)
            return
        yield Finding(".symtab: the same symbols, with st_name at other offsets")

    def string_tables(self, one: Section, bytes_a: bytes, bytes_b: bytes) -> Finding:
        off = first_differing_byte(bytes_a, bytes_b)
        strings = []
        for data in (bytes_a, bytes_b):
            start = data.rfind(b"\0", 0, off) + 1
            end = data.find(b"\0", off)
            strings.append(repr(data[start : end if end >= 0 else len(data)].decode(errors="replace")))
        return Finding(f"{one.name}+{off:#x}: A {strings[0]}, B {strings[1]}")

    def outside_sections(self) -> Iterator[Finding]:
        """Padding and anything else that no section and no header covers."""
        if self.a.size != self.b.size:
            yield Finding(f"file size: A {self.a.size}, B {self.b.size}")
        covered = sorted((s.sh_offset, s.sh_offset + s.file_size) for s in self.a.sections if s.file_size)
        at = self.a.header["e_shoff"] + self.a.header["e_shnum"] * self.a.header["e_shentsize"]
        for start, end in [*covered, (min(self.a.size, self.b.size),) * 2]:
            gap_a, gap_b = self.a.data[at:start], self.b.data[at:start]
            if gap_a != gap_b:
                off = first_differing_byte(gap_a, gap_b)
                yield Finding(f"between sections, file {at + off:#x}", hex_context(gap_a, gap_b, off))
            at = max(at, end)


def shown(item: object) -> str:
    """An item's name for a headline."""
    return "none" if item is None else str(getattr(item, "name", item))


def place(items: list, i: int) -> str:  # type: ignore[type-arg]
    """One line for the i-th named range."""
    if i >= len(items):
        return "end"
    return f"{items[i].addr:#x} size {items[i].size:#x} {items[i].name}"


def only(mine: list, theirs: list, label: str) -> list[str]:  # type: ignore[type-arg]
    """A line with the names that one side alone has."""
    names = {item.name for item in theirs}
    missing = [item.name for item in mine if item.name not in names]
    return [f"{len(missing)} only in {label}: {', '.join(missing[:5])}"] if missing else []


def fields_that_differ(x: Section | Segment | tuple, y: tuple) -> str:  # type: ignore[type-arg]
    """Each differing field with both values."""
    fields: tuple[str, ...] = getattr(x, "_fields", ())
    return ", ".join(
        f"{name} A {p:#x} B {q:#x}" if isinstance(p, int) else f"{name} A {p} B {q}"
        for name, p, q in zip(fields, x, y, strict=True)
        if p != q
    )


def identical(a: str, b: str) -> bool:
    """Do two files hold the same bytes? Raises LinkError for a file that cannot be read."""
    try:
        if os.path.getsize(a) != os.path.getsize(b):
            return False
        with open(a, "rb") as one, open(b, "rb") as two:
            while True:
                x, y = one.read(1 << 20), two.read(1 << 20)
                if x != y:
                    return False
                if not x:
                    return True
    except OSError as err:
        raise LinkError(f"{err.filename}: {err.strerror}") from err


def first_difference(a: str, b: str) -> str:
    """The difference nearest to the cause, in a few lines; empty for identical files."""
    if identical(a, b):
        return ""
    return next(findings(a, b), Finding("they differ in length")).text()


def findings(a: str, b: str) -> Iterator[Finding]:
    """Every difference of two ELF files, or of two archives of them."""
    if not (is_archive(a) and is_archive(b)):
        yield from Comparison(ElfFile(a), ElfFile(b)).findings()
        return
    for headline, shown_by in differences(a, b):
        if isinstance(shown_by, list):
            yield Finding(headline, shown_by)
        else:
            for finding in Comparison(*map(ElfFile, shown_by)).findings():
                yield Finding(f"{headline}: {finding.headline}", finding.details)


def main(argv: list[str]) -> int:
    """`goweld compare A B`: 0 if identical, 1 if not, 2 if a file cannot be judged."""
    parser = argparse.ArgumentParser(
        prog="goweld compare", description="Explain how two executables differ: section, symbol, field."
    )
    parser.add_argument("-n", type=int, default=20, metavar="COUNT", help="differences to print (default 20)")
    parser.add_argument("-q", action="store_true", help="print nothing, only set the exit status")
    parser.add_argument("a", metavar="A")
    parser.add_argument("b", metavar="B")
    args = parser.parse_args(argv)
    try:
        if identical(args.a, args.b):
            if not args.q:
                print(f"identical: {os.path.getsize(args.a)} bytes")
            return 0
        if args.q:
            return 1
        for finding in islice(findings(args.a, args.b), args.n):
            print(finding.text())
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except LinkError as err:
        print(f"goweld compare: {err}", file=sys.stderr)
        return 2
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
