"""The FIPS 140 module: brackets around its symbols, and the hash over what they enclose (ld/fips140.go)."""

from __future__ import annotations

import os

from goweld.codec.sha256 import ZeroKeyed
from goweld.errors import LinkError
from goweld.model.kinds import A_LOCAL, K_FIPSINFO, R_ADDR
from goweld.model.names import FIPS_BRACKETS, FIPS_HEADER, FIPS_MAGIC, FIPS_SUM_SIZE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.layout import Layout
    from goweld.model.live_kernel import Live
    from goweld.model.symbols_kernel import Symbols

INFO = b"go:fipsinfo"


def plan(symbols: Symbols, buildmode: str) -> None:
    """Make the symbols, reachable as they are (ld.loadfips).  A plugin has none."""
    if buildmode == "plugin":
        return
    for name in (INFO, *(name for name, _ in FIPS_BRACKETS)):
        symbols.reach(symbols.create(name))


def fill(live: Live) -> list[int]:
    """Give them kinds and contents; the ids of the two brackets of text, which lie with no library's text."""
    if not live.lookup(INFO):
        return []
    ids = []
    for name, kind in FIPS_BRACKETS:
        bracket = live.create(name, kind)
        live.add_attr(bracket, A_LOCAL)
        live.set_size(bracket, 1)
        ids.append(bracket)
    info = live.create(INFO, K_FIPSINFO)
    start = len(FIPS_MAGIC) + FIPS_SUM_SIZE
    live.set_data(info, FIPS_MAGIC + bytes(FIPS_SUM_SIZE + 8 * (1 + len(ids))))
    live.set_relocs(info, [(start + 8 * i, 8, R_ADDR, 0, s) for i, s in enumerate([info, *ids])])
    return ids[:2]


def seal(live: Live, layout: Layout, file: int, path: str) -> None:
    """Hash the bracketed bytes of the written file into go:fipsinfo (ld.asmbfips); `path` is -fipso's.

    Raises OSError.
    """
    parts = [FIPS_HEADER]
    for i in range(0, len(FIPS_BRACKETS), 2):
        start = fileoff(layout, live.value(live.lookup(FIPS_BRACKETS[i][0])))
        end = fileoff(layout, live.value(live.lookup(FIPS_BRACKETS[i + 1][0])))
        parts.append((end - start).to_bytes(8, "big"))
        parts.append(os.pread(file, end - start, start))
    if path:
        try:
            with open(path, "wb") as copy:
                for part in parts:
                    copy.write(part)
        except OSError as error:
            reason = (error.strerror or "error").lower()
            raise LinkError(f"asmbfips: open {path}: {reason}", prefixed=False) from None
    at = fileoff(layout, live.value(live.lookup(INFO))) + len(FIPS_MAGIC)
    hashed = ZeroKeyed()
    for part in parts:
        hashed.update(part)
    os.pwrite(file, hashed.digest(), at)


def fileoff(layout: Layout, address: int) -> int:
    for segment in layout.segments:
        if segment.vaddr <= address < segment.vaddr + segment.filelen:
            return segment.fileoff + address - segment.vaddr
    raise LinkError(f"asmbfips: {address:#x} is in no segment", prefixed=False)
