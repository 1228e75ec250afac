"""What tells Go modules, which meet in one process, whether they fit together (ld.Link.symtab)."""

from __future__ import annotations

import os

from goweld.codec.gostring import path_to_prefix
from goweld.model.kinds import A_LOCAL, K_DYNIMPORT, K_NONE, K_RODATA, R_ADDR

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.libraries import Libraries, Library
    from goweld.model.live_kernel import Live
    from goweld.model.mode import Mode
    from goweld.model.options import Options
    from goweld.model.shlibs import Shlib

PER_PACKAGE = 4  # symbols made at most


class Record:
    """A record of words, some of them addresses."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.relocs: list[tuple[int, int, int, int, int]] = []

    def word(self, value: int) -> int:
        """Append a number; its offset."""
        self.content += value.to_bytes(8, "little")
        return len(self.content) - 8

    def address(self, symbol: int, addend: int = 0) -> None:
        self.relocs.append((len(self.content), 8, R_ADDR, addend, symbol))
        self.content += bytes(8)

    def slice(self, symbol: int, length: int) -> None:
        self.address(symbol)
        self.word(length)
        self.word(length)

    def nil(self, words: int) -> None:
        self.content += bytes(8 * words)

    def string(self, live: Live, name: str, text: bytes) -> None:
        """Append a string, whose bytes a new symbol of that name holds (ld.addgostring)."""
        symbol = live.create(name.encode("utf-8", "surrogateescape"), K_RODATA)
        live.add_attr(symbol, A_LOCAL)
        live.set_data(symbol, text)
        self.address(symbol)
        self.word(len(text))

    def store(self, live: Live, symbol: int) -> None:
        live.set_data(symbol, bytes(self.content))
        live.set_relocs(symbol, self.relocs)


class Modules:
    """What a module says of itself, and of those it was linked with."""

    def __init__(
        self, options: Options, mode: Mode, libraries: Libraries, shlibs: list[Shlib], moduledata_size: int
    ) -> None:
        self.mode = mode
        self.plugin_path = path_to_prefix(options.pluginpath)
        self.name = os.path.basename(options.output)
        self.packages: list[Library] = []
        if mode.buildmode == "plugin" or mode.plugins:
            self.packages = libraries.postorder()
            if mode.buildmode == "shared":
                # cmd/link has sorted them for the hash of them all.
                self.packages.sort(key=lambda library: library.package.encode())
        self.shlibs = shlibs
        self.moduledata_size = moduledata_size

    def offer_hashes(self, live: Live) -> None:
        """Define what modules that are loaded later compare themselves with."""
        if self.mode.buildmode == "shared":
            record = Record()
            hash = live.lookup(b"go:link.abihashbytes")
            record.address(hash)
            record.word(live.size(hash))
            record.store(live, live.create(hash_name(self.name), K_RODATA))
        for library in self.packages:
            bytes_of = live.create(encoded("go:link.pkghashbytes." + library.package), K_RODATA)
            live.set_data(bytes_of, library.fingerprint)
            record = Record()
            record.address(bytes_of)
            record.word(len(library.fingerprint))
            record.store(live, live.create(encoded("go:link.pkghash." + library.package), K_RODATA))

    def add_plugin(self, live: Live, module: Record) -> None:
        """The table of what a plugin exports, its path, and its packages with what they should hash to."""
        table = live.lookup(b"go:plugin.tabs")
        if table:
            live.add_attr(table, A_LOCAL)
            module.slice(table, len(live.data(table)) // 8)
        else:
            module.nil(3)
        if self.mode.buildmode != "plugin":
            module.nil(2 + 3)
            return
        module.string(live, "go:link.thispluginpath", encoded(self.plugin_path))
        hashes = live.create(b"go:link.pkghashes", K_RODATA)
        live.add_attr(hashes, A_LOCAL)
        record = Record()
        for i, library in enumerate(self.packages):
            record.string(live, f"go:link.pkgname.{i}", encoded(library.package))
            record.string(live, f"go:link.pkglinkhash.{i}", library.fingerprint)
            record.address(live.lookup(encoded("go:link.pkghash." + library.package)))
        record.store(live, hashes)
        module.slice(hashes, len(self.packages))

    def add_shlibs(self, live: Live, module: Record) -> None:
        """The module's name, and the shared libraries it was linked with."""
        if not self.shlibs:
            module.nil(2 + 3)
            return
        has_main = self.mode.buildmode in ("exe", "pie")
        module.string(live, "go:link.thismodulename", encoded("the executable" if has_main else self.name))
        hashes = live.create(b"go:link.abihashes", K_RODATA)
        live.add_attr(hashes, A_LOCAL)
        record = Record()
        for i, shlib in enumerate(self.shlibs):
            name = os.path.basename(shlib.path)
            record.string(live, f"go:link.libname.{i}", encoded(name))
            record.string(live, f"go:link.linkhash.{i}", shlib.hash)
            offered = hash_name(name)
            record.address(live.lookup(offered) or live.create(offered, K_NONE))
        record.store(live, hashes)
        module.slice(hashes, len(self.shlibs))

    def is_last(self, live: Live) -> bool:
        """Whether the runtime's list of modules ends here, as far as the linker knows."""
        return bool(live.kind(live.lookup(b"runtime.lastmoduledatap")) != K_DYNIMPORT)


def hash_name(path: str) -> bytes:
    """The symbol by which a shared library offers the hash of what it exports."""
    return encoded("go:link.abihash." + os.path.basename(path))


def encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
