"""Where a program starts (ld.Entryvalue)."""

from __future__ import annotations

from goweld.errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.live_kernel import Live

TEXT_KINDS = range(1, 6)  # sym.STEXT to sym.STEXTEND


def entry_address(live: Live, entry: str, text_addr: int) -> int:
    """The address that -E names: a number, or the address of an ABI0 function.

    A symbol that nothing defines stands for the start of the text, `text_addr`.
    """
    if "0" <= entry[:1] <= "9":
        return _number(entry)
    symbol = live.lookup(entry.encode(errors="surrogateescape"))
    if symbol == 0:
        raise LinkError(f'missing entry symbol "{entry}"', prefixed=False)
    kind = live.kind(symbol)
    if kind == 0:
        return text_addr
    if kind not in TEXT_KINDS:
        raise LinkError(f"{entry}: entry not text", prefixed=False)
    return live.value(symbol)


def _number(text: str) -> int:
    """A number in Go's syntax with its prefixes; 0 if it is none, the greatest int64 if it is beyond that.

    (ld.atolwhex)
    """
    if not text.isascii() or text != text.strip():
        return 0
    octal = text[0] == "0" and text[1:2].lower() not in ("x", "o", "b")
    try:
        return min(int(text, 8 if octal else 0), (1 << 63) - 1)
    except ValueError:
        return 0
