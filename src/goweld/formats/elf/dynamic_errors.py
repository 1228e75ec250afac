"""What to say of relocations that the dynamic linker cannot see to, in cmd/link's words."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from goweld.model.live_kernel import Live

NOT_OURS, UNEXPECTED_TYPE, OF_IMPORT, UNKNOWN_SYMBOL = range(1, 5)  # dynrel_kernel's
HOST_TYPES = 256  # where the types of host objects' relocations begin
GO_TYPES = {1: "R_ADDR", 5: "R_ADDROFF", 7: "R_CALL", 14: "R_PCREL", 15: "R_TLS_LE", 16: "R_TLS_IE"}
# sym.SymKind's names, in order.
KINDS = """
    Sxxx STEXT STEXTFIPSSTART STEXTFIPS STEXTFIPSEND STEXTEND SELFRXSECT SMACHOPLT SSTRING SGOSTRING SGCBITS
    SRODATA SRODATAFIPSSTART SRODATAFIPS SRODATAFIPSEND SRODATAEND SPCLNTAB SELFROSECT SRODATARELRO STYPE
    SGOFUNC SELFRELROSECT SMACHORELROSECT SFirstWritable SBUILDINFO SFIPSINFO SELFSECT SMACHO SWINDOWS
    SMODULEDATA SELFGOT SMACHOGOT SNOPTRDATA SNOPTRDATAFIPSSTART SNOPTRDATAFIPS SNOPTRDATAFIPSEND
    SNOPTRDATAEND SINITARR SDATA SDATAFIPSSTART SDATAFIPS SDATAFIPSEND SDATAEND SXCOFFTOC SBSS SNOPTRBSS
    SGCMASK SLIBFUZZER_8BIT_COUNTER SCOVERAGE_COUNTER SCOVERAGE_AUXVAR STLSBSS SFirstUnallocated SXREF
    SMACHOSYMSTR SMACHOSYMTAB SMACHOINDIRECTPLT SMACHOINDIRECTGOT SDYNIMPORT SHOSTOBJ SUNDEFEXT
"""


def explain(live: Live, arch: ModuleType, pie: bool, failure: tuple[int, int, int, int]) -> list[str]:
    """Messages about a relocation: (symbol, its type, target, why) (amd64.adddynrel, ld.dynrelocsym)."""
    symbol, number, target, why = failure
    name = live.name(symbol).decode("utf-8", "replace")
    of = live.name(target).decode("utf-8", "replace")
    number &= 0x7FFF
    kind = relocation(arch, number)
    lines = []
    if why == UNEXPECTED_TYPE:
        lines.append(f"{name}: unexpected relocation type {number} ({kind})")
    elif why == OF_IMPORT:
        lines.append(f"{name}: unexpected {kind} relocation for dynamic symbol {of}")
    elif why == UNKNOWN_SYMBOL:
        lines.append(f"{name}: unknown symbol {of} in pcrel")
    elif why != NOT_OURS:
        lines.append(f"{name}: unexpected relocation for dynamic symbol {of}")
    if why in (NOT_OURS, UNEXPECTED_TYPE) and not pie:
        stype = live.kind(target)
        is_a = f"stype={stype} ({dict(enumerate(KINDS.split())).get(stype, stype)})"
        lines.append(
            f"{name}: unsupported dynamic relocation for symbol {of} (type={number} ({kind}) {is_a})"
        )
    return lines


def relocation(arch: ModuleType, number: int) -> str:
    """A relocation type's name (sym.RelocName)."""
    if number < HOST_TYPES:
        return GO_TYPES.get(number, f"RelocType({number})")
    known: tuple[str, ...] = getattr(arch, "RELOCATIONS", ())
    number -= HOST_TYPES
    return known[number] if number < len(known) else str(number)
