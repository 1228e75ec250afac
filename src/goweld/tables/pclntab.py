"""pclntab: what the runtime knows of every function: names, lines, stack maps, inlining (ld.Link.pclntab)."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.tables.functab_kernel import Functab
from goweld.tables.pclntab_kernel import Functions

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from goweld.model.layout import TextLayout
    from goweld.model.live_kernel import Live

K_PCLNTAB = 16
A_LOCAL, A_NOT_IN_SYMTAB = 1, 2
MAGIC = 0xFFFFFFF1  # internal/abi.Go120PCLnTabMagic
MIN_LC = 1  # amd64's least instruction length
BUCKET, SUBBUCKET = 4096, 256  # bytes of text
HEADER_SIZE = 8 + 8 * 8


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


def build(live: Live, text: TextLayout, files: Callable[[int], list[bytes]], goroot: str) -> Pclntab:
    """Make the tables.  Text has its final addresses; `files` gives a unit's file table by its object.

    `goroot` takes the place of $GOROOT in file names; empty: it stays.
    """
    functions = Functions(live, text.order, text.count)
    refuse(live, functions.describe(), "corrupt function description")
    expand = (lambda rest: expand_goroot(goroot, rest)) if goroot else None
    clean = goroot.encode("utf-8", "surrogateescape") if is_clean(goroot) else None
    functions.set_files([files(unit) for unit in functions.units()], clean, expand)
    bad = functions.name()
    if bad and functions.missing():
        inlined = functions.missing().decode("utf-8", "replace")
        refuse(live, bad, f"inlined function {inlined} missing func info")
    refuse(live, bad, "corrupt function description")
    tables = Pclntab()
    tables.nfunc, nfiles = functions.counts()
    ids = text.order.view().cast("I")
    tables.first, tables.last = ids[0], ids[text.count - 1]
    make_symbols(live, tables, functions, text)
    write_header(live, tables, nfiles)
    return tables


def make_symbols(live: Live, tables: Pclntab, functions: Functions, text: TextLayout) -> None:
    """The symbols in cmd/link's order of creation, with their contents."""
    carrier = live.create(b"runtime.pclntab", K_PCLNTAB)
    live.set_align(carrier, 8)
    tables.pcheader = add(live, carrier, b"runtime.pcheader", HEADER_SIZE, 8)
    names, units, filetab = functions.sizes()
    tables.funcnametab = add(live, carrier, b"runtime.funcnametab", names, 1)
    tables.cutab = add(live, carrier, b"runtime.cutab", units, 4)
    tables.filetab = add(live, carrier, b"runtime.filetab", filetab, 1)
    functions.fill(tables.funcnametab, tables.cutab, tables.filetab)
    # The functab is filled first: that numbers the pcdata, whose table stands before it.
    tables.pctab = add(live, carrier, b"runtime.pctab", 0, 1)
    tables.functab = add(live, carrier, b"runtime.functab", functions.functab_size(), 4)
    functab = Functab(functions)
    refuse(
        live,
        functab.collect(tables.functab, live.lookup(b"runtime.deferreturn", 1)),
        "corrupt function description",
    )
    if not functab.place_funcdata():
        raise funcdata_error(live, functab)
    pctab_size, func_size, func_align = functab.sizes()
    live.reserve_data(tables.pctab, rounded(pctab_size))
    tables.gofunc = add(live, carrier, b"go:func.*", func_size, func_align)
    live.drop_attr(tables.gofunc, A_NOT_IN_SYMTAB)
    if not functab.fill(tables.pctab, tables.gofunc):
        raise funcdata_error(live, functab)
    far = functab.finish(text.start)
    refuse(live, far, "textOff overflow")
    add_findfunctab(live, tables, functab, text)
    functab.free()
    functions.free()


def add(live: Live, carrier: int, name: bytes, size: int, align: int) -> int:
    """A table (ld.addGeneratedSym): its size is rounded up, and the carrier is aligned no less."""
    symbol = live.create(name, K_PCLNTAB)
    live.reserve_data(symbol, rounded(size))
    live.set_align(symbol, align)
    live.add_attr(symbol, A_NOT_IN_SYMTAB)
    if align > live.align(carrier):
        live.set_align(carrier, align)
    return symbol


def rounded(size: int) -> int:
    return (size + 7) & -8


def add_findfunctab(live: Live, tables: Pclntab, functab: Functab, text: TextLayout) -> None:
    """The table that finds a function by its address (ld.Link.findfunctab)."""
    ids = text.order.view().cast("I")
    end = live.value(tables.last) + live.size(tables.last)
    size = end - live.value(ids[0])
    subbuckets = (size + SUBBUCKET - 1) // SUBBUCKET
    buckets = (size + BUCKET - 1) // BUCKET
    tables.findfunctab = live.create(b"runtime.findfunctab", K_PCLNTAB)
    live.reserve_data(tables.findfunctab, 4 * buckets + subbuckets)
    live.set_align(tables.findfunctab, 4)
    live.add_attr(tables.findfunctab, A_LOCAL)
    bucket = functab.fill_findfunctab(tables.findfunctab)
    if bucket:
        raise LinkError(f"too many functions in a findfunc bucket! {bucket - 1}/{buckets}", prefixed=False)


def write_header(live: Live, tables: Pclntab, nfiles: int) -> None:
    """runtime.pcHeader: how far each table lies from it.  The layout keeps them in the order of their creation."""
    at = live.size(tables.pcheader)
    distances = []
    for symbol in (tables.funcnametab, tables.cutab, tables.filetab, tables.pctab, tables.functab):
        at = (at + live.align(symbol) - 1) & -live.align(symbol)
        distances.append(at)
        at += live.size(symbol)
    words = (tables.nfunc, nfiles, 0, *distances)
    head = MAGIC.to_bytes(4, "little") + bytes((0, 0, MIN_LC, 8))
    live.set_data(tables.pcheader, head + b"".join(word.to_bytes(8, "little") for word in words))


def refuse(live: Live, symbol: int, what: str) -> None:
    """Raise for the function that a kernel would not take."""
    if symbol:
        name = live.name(symbol).decode("utf-8", "replace")
        where = live.symbols.objects.names[live.object(symbol)]
        raise LinkError(f"{where}: {name}: {what}", status=1)


def funcdata_error(live: Live, functab: Functab) -> LinkError:
    """What is wrong with a funcdata symbol, in cmd/link's words (ld.generateFuncdata)."""
    fault, symbol, detail = functab.fault()
    name = live.name(symbol).decode("utf-8", "replace")
    where = live.symbols.objects.names[live.object(symbol)]
    to = live.name(detail).decode("utf-8", "replace") if detail < len(live) else "?"
    what = {
        1: "zero size funcdata",
        2: f"unsupported reloc {detail} for funcdata symbol",
        3: f"unsupported ADDROFF reloc size {detail} for funcdata symbol",
        4: f"missing section for relocation target {to} for funcdata symbol",
        5: "corrupt relocation",
        6: f"symbol too large ({live.size(symbol)} bytes)",
    }
    return LinkError(f"{name}: {what[fault]} in {where}", prefixed=False)


def is_clean(path: str) -> bool:
    """Whether path.Clean leaves an absolute path as it is."""
    return path.startswith("/") and path == clean_path(path) and path != "/"


def clean_path(path: str) -> str:
    """path.Clean of an absolute path."""
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)


def expand_goroot(goroot: str, rest: bytes) -> bytes:
    """GOROOT joined with what follows it in a file name (ld.expandGoroot)."""
    joined = goroot + "/" + rest.decode("utf-8", "surrogateescape")
    cleaned = clean_path(joined)
    if not goroot.startswith("/"):
        cleaned = cleaned[1:]
    return cleaned.encode("utf-8", "surrogateescape")
