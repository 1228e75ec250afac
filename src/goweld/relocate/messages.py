"""What is wrong with a relocation, in cmd/link's words.  Loaded only when something is."""

from __future__ import annotations

from goweld.model.kinds import (
    A_ABI_INTERNAL,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live

NAMES = {
    1: "R_ADDR",
    5: "R_ADDROFF",
    7: "R_CALL",
    14: "R_PCREL",
    15: "R_TLS_LE",
    16: "R_TLS_IE",
    29: "R_GOTPCREL",
}
ABI_NAMES = ("ABI0", "ABIInternal")


def text(raw: bytes) -> str:
    return raw.decode("utf-8", "replace")


def explain(live: Live, symbol: int, index: int, target: int, why: int, value: int) -> str:
    """One message: about relocation `index` of `symbol`, which refers to `target` and computed `value`."""
    off, size, kind, addend, _, _ = live.reloc(symbol, index)
    name = text(live.name(symbol))
    to = text(live.name(target)) if 0 < target < len(live) else live.reloc_name(symbol, index)
    kind_name = NAMES.get(kind & 0x7FFF, str(kind & 0x7FFF))
    where = live.symbols.objects.names[live.object(symbol)]
    unsigned = value & 0xFFFFFFFFFFFFFFFF
    hexed = f"-{-value:#x}" if value < 0 else f"{value:#x}"
    messages = {
        1: f"{where}: corrupt relocation {index}",
        2: f"invalid relocation {to}: {off}+{size} not in [0,{len(live.data(symbol))})",
        3: undefined(live, target, to),
        4: f"unreachable sym in relocation: {to}",
        5: f"unknown reloc to {to}: {kind & 0x7FFF} ({kind_name})",
        6: f"bad reloc size {size:#x} for {to}",
        7: f"pc-relative relocation {kind_name} address for {to} is too big: {hexed}",
        8: f"non-pc-relative relocation {kind_name} address for {to} is too big: {unsigned:#x}",
        9: f"non-pc-relative relocation address for {to} is too big: {unsigned:#x}"
        f" ({live.value(target) if target else 0:#x} + {addend:#x})",
        10: f"missing section for relocation target {to}",
        11: f"phase error: symbol at {live.value(symbol):#x} does not fit its section",
        13: f"missing .debug_addr index relocation target {to}",
        12: f"relocation refers to a builtin that the runtime does not define, in {where}",
    }
    return f"{name}: {messages[why]}" if name else f"sym {symbol}: {messages[why]}"


def undefined(live: Live, target: int, name: str) -> str:
    """The target that nobody defines, and whether another ABI has it (ErrorReporter.errorUnresolved)."""
    if name == "main.main":
        return "function main is undeclared in the main package"
    version = 1 if live.attr(target) & A_ABI_INTERNAL else 0
    raw = live.name(target)
    have = [v for v in (0, 1) if live.symbols.kind(live.symbols.lookup(raw, v))]
    if have:
        return (
            f"relocation target {name} not defined for {ABI_NAMES[version]}"
            f" (but is defined for {ABI_NAMES[have[-1]]})"
        )
    return f"relocation target {name} not defined"
