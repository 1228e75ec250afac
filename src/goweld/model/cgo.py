"""What cgo directives say: symbols of shared libraries, exports, libraries, flags for the host linker."""

from __future__ import annotations


class Import:
    """A symbol of a shared library: its name there, the library's or "", the version or ""."""

    __slots__ = ("name", "soname", "version")

    def __init__(self, name: bytes, soname: str, version: str) -> None:
        self.name = name
        self.soname = soname
        self.version = version


class Cgo:
    """All directives together.  Symbols are raw ids, canonical ones, and live ids once there are any.

    `imports`: what shared libraries define.  `names`: what the symbol table calls a symbol, where a directive
    says so (loader.SymExtname).  `kinds`: what directives made of symbols that no object defines.
    `static_exports` and `dynamic_exports`: Go symbols that C code, and shared libraries, may refer to;
    `by_name`: those of the first, which have no other version for C code (loader.CgoExports).
    `dynamic_names`: what the symbol table calls those of the second, dead or alive.
    `exported`: those that the file offers to others, in order (ld.Link.dynexp).  `libraries`: needed ones,
    whoever refers to them.  `flags`: for the host linker, all packages'.  `dynamic`: whether the dynamic
    linker must see to anything (ld.havedynamic).
    """

    __slots__ = (
        "imports",
        "names",
        "kinds",
        "static_exports",
        "dynamic_exports",
        "by_name",
        "dynamic_names",
        "exported",
        "libraries",
        "flags",
        "interpreter",
        "dynamic",
    )

    def __init__(self, interpreter: str = "") -> None:
        self.imports: dict[int, Import] = {}
        self.names: dict[int, bytes] = {}
        self.kinds: dict[int, int] = {}
        self.static_exports: set[int] = set()
        self.dynamic_exports: set[int] = set()
        self.by_name: dict[bytes, int] = {}
        self.dynamic_names: list[str] = []
        self.exported: list[int] = []
        self.libraries: list[str] = []
        self.flags: list[str] = []
        self.interpreter = interpreter
        self.dynamic = False
