"""What is wrong with a relocation, in cmd/link's words.  Loaded only when something is."""

from __future__ import annotations

from goweld.model.kinds import A_ABI_INTERNAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from goweld.model.live_kernel import Live

NAMES = {
    1: "R_ADDR",
    3: "R_ADDRARM64",
    5: "R_ADDROFF",
    7: "R_CALL",
    9: "R_CALLARM64",
    14: "R_PCREL",
    15: "R_TLS_LE",
    16: "R_TLS_IE",
    29: "R_GOTPCREL",
    31: "R_DWARFSECREF",
    32: "R_ARM64_TLS_LE",
    33: "R_ARM64_TLS_IE",
    34: "R_ARM64_GOTPCREL",
}
# Why a relocation fails (apply_kernel).
CORRUPT, BOUNDS, UNDEFINED, UNREACHABLE, UNKNOWN_TYPE, SIZE = range(1, 7)
IMPORT, TLS = 16, 17
PCREL_TOO_BIG, TOO_BIG, ADDRESS_TOO_BIG, NO_SECTION, PHASE, BUILTIN, NO_SLOT = range(7, 14)
NO_NAME, NO_ELF_TYPE = 14, 15
ABI_NAMES = ("ABI0", "ABIInternal")


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def explain(
    live: Live, symbol: int, index: int, target: int, why: int, value: int, own: Mapping[int, str]
) -> str:
    """One message: about relocation `index` of `symbol`, which refers to `target` and computed `value`.

    `own`: what the architecture's own relocations may find wrong.
    """
    where = live.symbols.objects.names[live.object(symbol)]
    name = text(live.name(symbol)) or f"sym {symbol}"
    if why == PHASE:
        return f"{name}: phase error: symbol at {live.value(symbol):#x} does not fit its section, in {where}"
    if why in own:
        return f"{name}: {own[why].format(value=value, low=value & 0xFFF)} in {where}"
    # The first two are found before the target is looked at.
    known = why not in (CORRUPT, BOUNDS) and 0 < target < len(live)
    to = text(live.name(target)) if known else live.reloc_name(symbol, index)
    if why == UNDEFINED:
        return f"{name}: {undefined(live, target if known else 0, to)}"
    off, size, number, addend, _, _ = live.reloc(symbol, index)
    kind = NAMES.get(number & 0x7FFF, str(number & 0x7FFF))
    unsigned = f"{value & 0xFFFFFFFFFFFFFFFF:#x}"
    base = live.value(target) if known else 0
    messages = {
        CORRUPT: f"corrupt relocation {index} in {where}",
        BOUNDS: f"invalid relocation {to}: {off}+{size} not in [0,{len(live.data(symbol))}) in {where}",
        UNREACHABLE: f"unreachable sym in relocation: {to} in {where}",
        UNKNOWN_TYPE: f"unknown reloc to {to}: {number & 0x7FFF} ({kind}) in {where}",
        SIZE: f"bad reloc size {size:#x} for {to} in {where}",
        PCREL_TOO_BIG: f"pc-relative relocation {kind} address for {to} is too big: {value:#x} in {where}",
        TOO_BIG: f"non-pc-relative relocation {kind} address for {to} is too big: {unsigned} in {where}",
        ADDRESS_TOO_BIG: f"non-pc-relative relocation address for {to} is too big: {unsigned}"
        f" ({base:#x} + {addend:#x}) in {where}",
        NO_SECTION: f"missing section for relocation target {to} in {where}",
        BUILTIN: f"relocation refers to a builtin that the runtime does not define, in {where}",
        NO_NAME: f"reloc {number & 0x7FFF} ({kind}) to non-elf symbol {to} in {where}",
        NO_ELF_TYPE: f"unsupported obj reloc {number & 0x7FFF} ({kind})/{size} to {to} in {where}",
        IMPORT: f"unhandled relocation for {to} (type 57 (SDYNIMPORT) rtype {number & 0x7FFF} ({kind}))",
        TLS: f"cannot handle R_TLS_IE (sym {name}) when linking internally",
        NO_SLOT: f"missing .debug_addr index relocation target {to}",
    }
    return f"{name}: {messages[why]}"


def undefined(live: Live, target: int, name: str) -> str:
    """The target that nobody defines, and whether another ABI has it (ErrorReporter.errorUnresolved).

    `target` is 0 where it is dead.
    """
    if name == "main.main":
        return "function main is undeclared in the main package"
    raw = live.name(target) if target else name.encode()
    have = [v for v in (0, 1) if live.symbols.kind(live.symbols.lookup(raw, v))]
    if have:
        version = 1 - have[0]
        if target:
            version = 1 if live.attr(target) & A_ABI_INTERNAL else 0
        return (
            f"relocation target {name} not defined for {ABI_NAMES[version]}"
            f" (but is defined for {ABI_NAMES[have[-1]]})"
        )
    return f"relocation target {name} not defined"
