"""pclntab: what the runtime knows of every function: names, lines, stack maps, inlining (ld.Link.pclntab)."""

from __future__ import annotations

import os

from goweld.errors import LinkError
from goweld.model.kinds import A_LOCAL, A_NOT_IN_SYMTAB, K_PCLNTAB
from goweld.tables.functab_kernel import Functab
from goweld.tables.pclntab_kernel import Functions, reserve_together

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.arch.arch import Arch
    from goweld.model.layout import TextLayout
    from goweld.model.live_kernel import Live

MAGIC = 0xFFFFFFF1  # internal/abi.Go120PCLnTabMagic
BUCKET, SUBBUCKET = 4096, 256  # bytes of text
HEADER_SIZE = 8 + 8 * 8
CORRUPT = "corrupt function description"


class Pclntab:
    """The symbols of the tables, by live id, and what the module data says of them."""

    __slots__ = (
        "pcheader",
        "funcnametab",
        "cutab",
        "filetab",
        "pctab",
        "functab",
        "gofunc",
        "findfunctab",
        "nfunc",
        "first",
        "last",
    )
    pcheader: int
    funcnametab: int
    cutab: int
    filetab: int
    pctab: int
    functab: int
    gofunc: int
    findfunctab: int
    nfunc: int
    first: int
    last: int


def build(
    live: Live,
    text: TextLayout,
    goroot: str,
    arch: Arch,
    imports: bool = False,
) -> Pclntab:
    """Make the tables.  Text has its final addresses.

    `goroot` takes the place of $GOROOT in file names; empty: it stays.  `imports`: what is inlined
    may be a shared library's.
    """
    order, count = text.functions
    functions = Functions(live, order, count)
    if imports:
        functions.allow_imports()
    refuse(live, functions.describe(), CORRUPT)
    expand = (lambda rest: expand_goroot(goroot, rest)) if goroot else None
    clean = goroot.encode("utf-8", "surrogateescape") if is_clean(goroot) else None
    functions.set_files(clean, expand)
    tables = Pclntab()
    ids = order.view().cast("I")
    tables.first, tables.last = ids[0], ids[count - 1]
    carrier = make_symbols(live, tables)
    functab = Functab(functions)
    reserve_together(live, [tables.functab], [rounded(functions.functab_size())])
    refuse_corrupt(live, functions, functab, functab.collect(tables.functab))
    refuse_funcdata(live, functab)
    set_align(live, carrier, tables.gofunc, functab.funcdata_align())
    parts = [tables.funcnametab, tables.cutab, tables.filetab, tables.pctab, tables.gofunc]
    reserve_together(live, parts, [rounded(size) for size in functab.sizes()])
    deferreturn = live.lookup(b"runtime.deferreturn", 1)
    far = functab.fill(parts, text.section.vaddr, deferreturn, arch.call_operand)
    refuse_funcdata(live, functab)
    refuse(live, far, "textOff overflow")
    fill_findfunctab(live, tables, functab)
    tables.nfunc, nfiles = functions.counts()
    write_header(live, tables, nfiles, arch.min_lc)
    functions.free()
    return tables


def make_symbols(live: Live, tables: Pclntab) -> int:
    """The symbols in cmd/link's order of creation, without content as yet; the carrier."""
    carrier = live.create(b"runtime.pclntab", K_PCLNTAB)
    live.set_align(carrier, 8)
    tables.pcheader = add(live, carrier, b"runtime.pcheader", 8)
    tables.funcnametab = add(live, carrier, b"runtime.funcnametab", 1)
    tables.cutab = add(live, carrier, b"runtime.cutab", 4)
    tables.filetab = add(live, carrier, b"runtime.filetab", 1)
    tables.pctab = add(live, carrier, b"runtime.pctab", 1)
    tables.functab = add(live, carrier, b"runtime.functab", 4)
    tables.gofunc = add(live, carrier, b"go:func.*", 0)
    live.drop_attr(tables.gofunc, A_NOT_IN_SYMTAB)
    tables.findfunctab = live.create(b"runtime.findfunctab", K_PCLNTAB)
    live.set_align(tables.findfunctab, 4)
    live.add_attr(tables.findfunctab, A_LOCAL)
    return carrier


def add(live: Live, carrier: int, name: bytes, align: int) -> int:
    """A table under the carrier (ld.addGeneratedSym)."""
    symbol = live.create(name, K_PCLNTAB)
    live.add_attr(symbol, A_NOT_IN_SYMTAB)
    set_align(live, carrier, symbol, align)
    return symbol


def set_align(live: Live, carrier: int, symbol: int, align: int) -> None:
    """Align a table; the carrier is aligned no less."""
    live.set_align(symbol, align)
    if align > live.align(carrier):
        live.set_align(carrier, align)


def rounded(size: int) -> int:
    return (size + 7) & -8


def fill_findfunctab(live: Live, tables: Pclntab, functab: Functab) -> None:
    """The table that finds a function by its address (ld.Link.findfunctab)."""
    size = live.value(tables.last) + live.size(tables.last) - live.value(tables.first)
    if size <= 0:
        refuse(live, tables.first, "textOff overflow")
    subbuckets = (size + SUBBUCKET - 1) // SUBBUCKET
    buckets = (size + BUCKET - 1) // BUCKET
    live.reserve_data(tables.findfunctab, 4 * buckets + subbuckets)
    bucket = functab.fill_findfunctab(tables.findfunctab)
    if bucket:
        raise LinkError(f"too many functions in a findfunc bucket! {bucket - 1}/{buckets}", prefixed=False)


def write_header(live: Live, tables: Pclntab, nfiles: int, min_lc: int) -> None:
    """runtime.pcHeader: how far each table lies from it.

    The layout keeps the tables in the order of their creation.
    """
    at = HEADER_SIZE
    distances = []
    for symbol in (tables.funcnametab, tables.cutab, tables.filetab, tables.pctab, tables.functab):
        at = (at + live.align(symbol) - 1) & -live.align(symbol)
        distances.append(at)
        at += live.size(symbol)
    words = (tables.nfunc, nfiles, 0, *distances)
    head = MAGIC.to_bytes(4, "little") + bytes((0, 0, min_lc, 8))
    live.set_data(tables.pcheader, head + b"".join(word.to_bytes(8, "little") for word in words))


def refuse(live: Live, symbol: int, what: str) -> None:
    """Raise for the function that a kernel would not take."""
    if symbol:
        name = live.name(symbol).decode("utf-8", "replace")
        where = live.symbols.objects.names[live.object(symbol)]
        raise LinkError(f"{where}: {name}: {what}", status=1)


def refuse_corrupt(live: Live, functions: Functions, functab: Functab, symbol: int) -> None:
    """Raise for a function that is corrupt, or that has one inlined that nothing describes."""
    files = live.symbols.objects.names
    inlined, unit = functions.missing()
    if unit:
        name = inlined.decode("utf-8", "replace")
        refuse(live, symbol, f"inlined function {name} missing func info in {files[unit]}")
    _, pcdata, _ = functab.fault()
    refuse(live, symbol, f"corrupt pcdata in {files[live.object(pcdata)]}" if pcdata else CORRUPT)


def refuse_funcdata(live: Live, functab: Functab) -> None:
    """Raise for a funcdata symbol that may not be so, in cmd/link's words (ld.generateFuncdata)."""
    fault, symbol, detail = functab.fault()
    if not fault:
        return
    name = live.name(symbol).decode("utf-8", "replace")
    unit = live.object(symbol)
    where = f" in {live.symbols.objects.names[unit]}" if unit else ""
    to = live.name(detail).decode("utf-8", "replace") if detail < len(live) else "?"
    what = {
        1: "zero size funcdata",
        2: f"unsupported reloc {detail} for funcdata symbol",
        3: f"unsupported ADDROFF reloc size {detail} for funcdata symbol",
        4: f"missing section for relocation target {to} for funcdata symbol",
        5: "corrupt relocation",
        6: f"symbol too large ({live.size(symbol)} bytes)",
    }
    raise LinkError(f"{name}: {what[fault]}{where}", prefixed=False)


def is_clean(path: str) -> bool:
    """Whether an absolute path stays as it is when it is joined with more."""
    return path.startswith("/") and path != "/" and path == clean_path(path)


def clean_path(path: str) -> str:
    """filepath.Clean of a path that is not empty."""
    # Python keeps two leading slashes, which POSIX lets mean something.
    return os.path.normpath("/" + path.lstrip("/") if path.startswith("/") else path)


def expand_goroot(goroot: str, rest: bytes) -> bytes:
    """GOROOT joined with what follows it in a file name (ld.expandGoroot)."""
    joined = goroot + "/" + rest.decode("utf-8", "surrogateescape")
    return clean_path(joined).encode("utf-8", "surrogateescape")
