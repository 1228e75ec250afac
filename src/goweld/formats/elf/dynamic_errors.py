"""What to say of relocations that the dynamic linker cannot see to."""

from __future__ import annotations

from goweld.model.kinds import K_DYNIMPORT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live

NOT_OURS = 1
UNEXPECTED_TYPE = 2
OF_IMPORT = 3
UNKNOWN_SYMBOL = 4


def explain(live: Live, symbol: int, index: int, target: int, why: int) -> str:
    """A message in cmd/link's words as far as it has some (amd64.adddynrel, ld.dynrelocsym)."""
    name = live.name(symbol).decode("utf-8", "replace")
    of = live.name(target).decode("utf-8", "replace")
    kind = live.reloc(symbol, index)[2]
    if why == UNEXPECTED_TYPE:
        return f"{name}: unexpected relocation type {kind}"
    if why == OF_IMPORT:
        return f"{name}: unexpected relocation type {kind} for dynamic symbol {of}"
    if why == UNKNOWN_SYMBOL:
        return f"{name}: unknown symbol {of} in pcrel"
    if why == NOT_OURS and live.kind(target) == K_DYNIMPORT:
        return f"{name}: unsupported dynamic relocation for symbol {of} (type={kind})"
    return f"{name}: unexpected relocation for dynamic symbol {of}"
