"""What cgo directives make of symbols."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from goweld.errors import LinkError
from goweld.model.cgo import Cgo
from goweld.model.kinds import K_DYNIMPORT, K_HOSTOBJ, K_NONE, K_TEXT
from goweld.model.libraries import CgoText, Libraries
from goweld.resolve import cgo


class FakeSymbols:
    """Raw ids by name and version; some are defined, with a kind."""

    def __init__(self, **kinds: int) -> None:
        self.ids: dict[tuple[bytes, int], int] = {}
        self.kinds = {self.create(name.encode()): kind for name, kind in kinds.items()}

    def create(self, name: bytes, version: int = 0) -> int:
        return self.ids.setdefault((name, version), len(self.ids) + 1)

    def lookup(self, name: bytes, version: int) -> int:
        return self.ids.get((name, version), 0)

    def kind(self, raw: int) -> int:
        return self.kinds.get(raw, K_NONE)


def apply(lines: list[list[str]], symbols: FakeSymbols, *, external: bool = False, **options: Any) -> Cgo:
    libraries = Libraries()
    libraries.cgo.append(CgoText("p", "p.a(_go_.o)", json.dumps(lines).encode()))
    chosen = SimpleNamespace(**{"interpreter": "", "static": False, "program": "link", **options})
    mode = SimpleNamespace(external=external, buildmode="exe")
    return cgo.apply(cast(Any, chosen), cast(Any, mode), cgo.parse(libraries), cast(Any, symbols))


def test_an_import_is_a_shared_librarys_symbol() -> None:
    symbols = FakeSymbols()
    found = apply([["cgo_import_dynamic", "puts", "puts#GLIBC_2.2.5", "libc.so.6"]], symbols)
    raw = symbols.lookup(b"puts", 0)
    assert found.dynamic
    assert found.kinds == {raw: K_DYNIMPORT}
    assert (found.imports[raw].name, found.imports[raw].soname) == (b"puts", "libc.so.6")
    assert found.imports[raw].version == "GLIBC_2.2.5"


def test_what_an_object_defines_is_not_imported() -> None:
    found = apply([["cgo_import_dynamic", "f", "f", "libc.so.6"]], FakeSymbols(f=K_TEXT))
    assert not found.imports
    assert not found.dynamic


def test_a_library_can_be_needed_for_nothing() -> None:
    found = apply([["cgo_import_dynamic", "_", "_", "libm.so.6"]], FakeSymbols())
    assert found.dynamic
    assert found.libraries == ["libm.so.6"]
    assert not found.imports


@pytest.mark.parametrize("external", [False, True])
def test_host_objects_define_their_symbols_themselves(external: bool) -> None:
    symbols = FakeSymbols()
    lines = [["cgo_import_static", "a"], ["cgo_import_static", "b"], ["cgo_import_dynamic", "b", "b", "l.so"]]
    found = apply(lines, symbols, external=external)
    a, b = symbols.lookup(b"a", 0), symbols.lookup(b"b", 0)
    assert found.kinds == {a: K_HOSTOBJ, b: K_HOSTOBJ} if external else {a: K_NONE, b: K_DYNIMPORT}


@pytest.mark.parametrize(("external", "offered"), [(False, b"dyn"), (True, b"stat")])
def test_exports_are_offered_to_who_links(external: bool, offered: bytes) -> None:
    symbols = FakeSymbols()
    lines = [["cgo_export_static", "stat", "stat", "ABIInternal"], ["cgo_export_dynamic", "dyn"]]
    found = apply(lines, symbols, external=external)
    assert found.exported == [symbols.lookup(offered, int(offered == b"stat"))]
    assert found.by_name == ({} if external else {b"stat": symbols.lookup(b"stat", 1)})


def test_an_export_overrides_an_import() -> None:
    symbols = FakeSymbols()
    found = apply([["cgo_import_dynamic", "f", "f", "l.so"], ["cgo_export_dynamic", "f"]], symbols)
    assert not found.imports
    assert found.kinds == {symbols.lookup(b"f", 0): K_NONE}


def test_flags_and_the_interpreter_are_kept() -> None:
    lines = [["cgo_ldflag", "-lm"], ["cgo_dynamic_linker", "/ld.so"], ["cgo_ldflag", "-lc"]]
    found = apply(lines, FakeSymbols())
    assert found.flags == ["-lm", "-lc"]
    assert found.interpreter == "/ld.so"
    assert apply(lines, FakeSymbols(), interpreter="/mine").interpreter == "/mine"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([["cgo_dynamic_linker", "/a"], ["cgo_dynamic_linker", "/b"]], "conflict dynlinker: /a and /b"),
        ([["cgo_export_static", "f", "f", "ABI9"]], "bad ABI in cgo_export directive"),
        ([["cgo_export_static", "f", "g"], ["cgo_export_dynamic", "f", "h"]], "conflicting cgo_export"),
        ([["cgo_import_static"]], "invalid cgo directive"),
        ([["cgo_import_static", ""]], "invalid cgo directive"),
        ([["cgo_nonsense", "f"]], "invalid cgo directive"),
    ],
)
def test_nonsense_is_refused(lines: list[list[str]], message: str) -> None:
    with pytest.raises(LinkError, match=message):
        apply(lines, FakeSymbols())


def test_imports_and_d_exclude_each_other() -> None:
    with pytest.raises(LinkError, match="cannot use dynamic imports with -d flag"):
        apply([["cgo_import_dynamic", "f"]], FakeSymbols(), static=True)
