"""What is said of definitions of one name that clash, or that -strictdups finds to differ."""

from __future__ import annotations

from goweld.errors import LinkError
from goweld.resolve.definition_kernel import holder, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from goweld.model.symbols_kernel import Symbols

# sym.SymKind's names, by number.
KINDS = (
    "Sxxx STEXT STEXTFIPSSTART STEXTFIPS STEXTFIPSEND STEXTEND SELFRXSECT SMACHOPLT SSTRING SGOSTRING SGCBITS"
    " SRODATA SRODATAFIPSSTART SRODATAFIPS SRODATAFIPSEND SRODATAEND SPCLNTAB SELFROSECT SRODATARELRO STYPE"
    " SGOFUNC SELFRELROSECT SMACHORELROSECT SFirstWritable SBUILDINFO SFIPSINFO SELFSECT SMACHO SWINDOWS"
    " SMODULEDATA SELFGOT SMACHOGOT SNOPTRDATA SNOPTRDATAFIPSSTART SNOPTRDATAFIPS SNOPTRDATAFIPSEND"
    " SNOPTRDATAEND SINITARR SDATA SDATAFIPSSTART SDATAFIPS SDATAFIPSEND SDATAEND SXCOFFTOC SBSS SNOPTRBSS"
    " SGCMASK SLIBFUZZER_8BIT_COUNTER SCOVERAGE_COUNTER SCOVERAGE_AUXVAR STLSBSS SFirstUnallocated SXREF"
    " SMACHOSYMSTR SMACHOSYMTAB SMACHOINDIRECTPLT SMACHOINDIRECTGOT SDYNIMPORT SHOSTOBJ SUNDEFEXT SDWARFSECT"
    " SDWARFCUINFO SDWARFCONST SDWARFFCN SDWARFABSFCN SDWARFTYPE SDWARFVAR SDWARFRANGE SDWARFLOC SDWARFLINES"
    " SDWARFADDR SSEHUNWINDINFO SSEHSECT"
)

# Compiler-made debug entries that may differ (loader.checkdup).
MAY_DIFFER = ("go:info.go.interface", "go:info.go.builtin", "go:debuglines")


def clash(symbols: Symbols, new: int, old: int, packages: Sequence[str]) -> LinkError:
    """The error for a definition that may not be: its raw id, and the canonical id that bears its name.

    `packages`: package paths by library index, here and below.
    """
    names = KINDS.split()
    name = symbols.name(new).decode(errors="surrogateescape")

    def place(raw: int) -> str:
        k, kind, size, _ = record(symbols, raw)
        return f"{packages[symbols.objects.lib(k)]} (type {names[kind]} size {size})"

    text = f"duplicated definition of symbol {name}, from {place(new)} and {place(holder(symbols, old))}"
    return LinkError(text, status=1)


def differences(
    symbols: Symbols, pairs: list[tuple[int, int]], packages: Sequence[str]
) -> tuple[list[str], int]:
    """What -strictdups says of the (new, old) duplicates, and how many of them are errors with =2."""
    lines = []
    errors = 0
    for new, old in pairs:
        reason = _difference(symbols, new, old)
        if not reason:
            continue
        name = symbols.name(new).decode(errors="surrogateescape")
        here, there = (packages[symbols.objects.lib(record(symbols, raw)[0])] for raw in (new, old))
        lines.append(
            f"cmd/link: while reading object for '{here}': duplicate symbol '{name}',"
            f" previous def at '{there}', with mismatched payload: {reason}"
        )
        errors += not name.startswith(MAY_DIFFER)
    return lines, errors


def _difference(symbols: Symbols, new: int, old: int) -> str:
    _, _, size, data = record(symbols, new)
    _, _, old_size, old_data = record(symbols, old)
    if len(data) != len(old_data):
        return f"new length {len(data)} != old length {len(old_data)}"
    if data != old_data:
        return "same length but different contents"
    if size != old_size:
        return f"different sizes: new size {size} != old size {old_size}"
    return ""
