"""String variables set by the linker: -X, the build version, GOROOT, module information (ld.addstrdata)."""

from __future__ import annotations

from goweld.codec.gostring import path_to_prefix
from goweld.errors import LinkError
from goweld.model.kinds import A_CLONED, K_BSS, K_DATA, K_RODATA, R_ADDR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from goweld.errors import Diagnostics
    from goweld.model.live_kernel import Live
    from goweld.model.options import Options
    from goweld.model.symbols_kernel import Symbols


BUILD_VERSION = b"runtime.buildVersion"
MODINFO = b"runtime.modinfo"

Definitions = dict[bytes, bytes]


def definitions(options: Options, modinfo: str | None, version: str, goroot: str) -> Definitions:
    """Each variable's symbol name and value.  First mention decides the order, the last value wins."""
    given = list(options.definitions)
    if modinfo is not None:
        given.insert(options.definitions_before_importcfg, "runtime.modinfo=" + modinfo)
    if goroot:
        given.insert(0, "runtime.defaultGOROOT=" + goroot)
    given.insert(1 if goroot else 0, "runtime.buildVersion=" + version)
    values: Definitions = {}
    for definition in given:
        name, value = parse(definition, options.pluginpath if options.buildmode == "plugin" else "main")
        values[name] = value
    return values


def parse(definition: str, main: str = "main") -> tuple[bytes, bytes]:
    """The symbol name and value of "importpath.name=value" (ld.addstrdata1); main stands for `main`."""
    path, equals, value = definition.partition("=")
    package, dot, variable = path.rpartition(".")
    if not equals or not dot:
        raise LinkError("-X flag requires argument of the form importpath.name=value")
    name = path_to_prefix(main if package == "main" else package) + "." + variable
    return name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape")


def check(symbols: Symbols, names: Iterable[bytes], diagnostics: Diagnostics) -> list[bytes]:
    """Those of the names that are string variables; the others are errors, or not there at all."""
    settable = []
    for name in names:
        raw = symbols.lookup(name, 0)
        kind = symbols.gotype(raw)
        if not raw or not kind:
            continue
        type_name = symbols.name(kind)
        if type_name == b"type:string":
            settable.append(name)
            continue
        shown, what = name.decode("utf-8", "replace"), type_name.decode("utf-8", "replace")
        diagnostics.error(f"{shown}: cannot set with -X: not a var of type string ({what})")
    return settable


def fill(live: Live, values: Definitions, settable: list[bytes]) -> None:
    """Set the variables that are live."""
    for name in settable:
        variable = live.lookup(name)
        if not variable:
            continue
        text = live.create(name + b".str", K_RODATA)
        # A variable that is set twice has both texts behind it, and shows the beginning.
        live.set_data(text, live.data(text) + values[name] + b"\0")
        if live.kind(variable) == K_BSS:
            live.set_kind(variable, K_DATA)
        size = live.size(variable)
        live.set_data(variable, bytes(8) + len(values[name]).to_bytes(8, "little"))
        live.set_size(variable, max(size, 16))
        live.set_relocs(variable, [(0, 8, R_ADDR, 0, text)])
        live.add_attr(variable, A_CLONED)
