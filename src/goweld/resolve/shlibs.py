"""What shared libraries of Go packages define: made known before cgo directives are applied."""

from __future__ import annotations

from goweld.model.imports_kernel import Imports

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.shlibs import Shlib
    from goweld.model.symbols_kernel import Symbols


def resolve(symbols: Symbols, shlibs: list[Shlib]) -> Imports:
    """Find the definitions of all that is undefined here, and of what the linker itself wants."""
    imports = Imports(symbols)
    for shlib in shlibs:
        imports.add(shlib.source, shlib.symbols, shlib.strings, shlib.sections, shlib.relocations)
    for name, version in imports.enter():
        symbols.create(name, version)
    imports.find()
    return imports
