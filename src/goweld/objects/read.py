"""Reading packages: breadth first from main along what each object imports (ld.Link.loadlib)."""

from __future__ import annotations

from goweld.codec.ar import MAGIC, MalformedArchive, members
from goweld.codec.goobj_kernel import CorruptObject, ObjectHeader
from goweld.codec.gostring import path_to_prefix
from goweld.codec.quote import go_quote
from goweld.errors import LinkError, unreadable
from goweld.model.libraries import CgoText, HostObject, Libraries, Library
from goweld.model.objects_kernel import Objects
from goweld.objects import given

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.memory_kernel import Input
    from goweld.model.options import Options
    from goweld.objects.importcfg import ImportConfig

ZERO = bytes(8)
MEMBERS = 4096  # of the compiler's archives, that host objects may need
# ELF, Mach-O; PE and XCOFF show in two bytes.
HOST_MAGIC = (b"\x7fELF", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf", b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe")
HOST_MACHINES = (b"\x4c\x01", b"\x64\x86", b"\xc4\x01", b"\x64\xaa", b"\x01\xd7", b"\x01\xf7")
CGO = b"\n$$  // cgo"


class Loading:
    """The state of the walk: what is loaded, what is still to be read, where each object lies."""

    def __init__(self, options: Options, config: ImportConfig, header: bytes | None) -> None:
        self.options = options
        self.config = config
        self.header = header  # what every object's first line must be; None: main's decides
        self.libraries = Libraries()
        self.importers: dict[Library, Library] = {}  # who imports a package first
        self.required: dict[tuple[bytes, bytes], Library] = {}  # what `require` gave, by path and fingerprint
        self.found: list[tuple[Input, int, int, Library, str, list[bytes]]] = []
        self.mismatches: list[str] = []

    def shlib(self, package: str) -> str:
        """The shared library that holds a package, if such are to be used."""
        return self.config.find_shlib(package) if self.options.linkshared else ""

    def add(self, package: str, file: str, source: str, fingerprint: bytes, shlib: str = "") -> Library:
        """The library of a package, made now if it is new (ld.addlibpath)."""
        library = self.libraries.by_package.get(package)
        if library is None:
            library = Library(package, file, source, fingerprint)
            library.shlib = shlib
            self.libraries.by_package[package] = library
            self.libraries.list.append(library)
        return library

    def require(self, package: str, importer: Library, fingerprint: bytes) -> Library:
        """A package that an object imports (ld.addlib)."""
        known = self.libraries.by_package.get(package)
        if known is not None and known.fingerprint != ZERO:
            if known.fingerprint != fingerprint:
                raise self.mismatch(known, known.fingerprint, importer, fingerprint)
            return known
        shlib = self.shlib(package)
        file = "" if shlib else self.config.find(package)
        if not file and not shlib and known is None:
            raise LinkError(
                f"cannot find package {package} (using -importcfg), "
                f"imported by {path_to_prefix(importer.package)} in {importer.file}"
            )
        library = self.add(package, file, path_to_prefix(importer.package), fingerprint, shlib)
        self.importers.setdefault(library, importer)
        return library

    def mismatch(self, library: Library, have: bytes, importer: Library, want: bytes) -> LinkError:
        """The refusal of a package that its importer was not compiled against (ld.checkFingerprint)."""
        first = self.importers.get(library)
        against = f"{library.package} in {library.file}"
        if first and first is not importer:
            against += f", or {first.package} in {first.file} was not"
        return LinkError(
            f"fingerprint mismatch: {library.package} has {have.hex()}, "
            f"import from {path_to_prefix(importer.package)} expecting {want.hex()}\n"
            f"\t{importer.package} in {importer.file} was not compiled against {against}: rebuild it"
        )


def read_all(options: Options, config: ImportConfig, header: bytes) -> Loading:
    """Read main and all it imports, then the packages the linker itself needs (ld.Link.loadlib)."""
    loading = Loading(options, config, header)
    for package, file in given.packages(options):
        loading.add(package, file, "command line", ZERO)
    done = read_from(loading, 0)
    for package, wanted in (
        ("runtime/race", options.race),
        ("runtime/msan", options.msan),
        ("runtime/asan", options.asan),
        ("runtime", True),
    ):
        if wanted:
            add_internal(loading, package)
    read_from(loading, done)
    return loading


def complete(loading: Loading, external: bool) -> tuple[Libraries, Objects]:
    """All libraries and objects. What the host linker completes starts by runtime/cgo, asked for or not."""
    if external and "runtime/cgo" not in loading.libraries.by_package:
        done = len(loading.libraries.list)
        found = add_internal(loading, "runtime/cgo")
        if found and (loading.options.linkshared or loading.options.buildmode == "shared"):
            raise LinkError("cannot implicitly include runtime/cgo in a shared library")
        read_from(loading, done)
    if loading.mismatches:
        rest = len(loading.mismatches) - 1
        more = f"\nand {rest} more objects do not match" if rest else ""
        raise LinkError(loading.mismatches[0] + more, prefixed=False)
    return loading.libraries, table(loading)


def add_internal(loading: Loading, package: str) -> bool:
    """Have a package read that the linker itself wants, if there is one (ld.loadinternal)."""
    shlib = loading.shlib(package)
    file = "" if shlib else loading.config.find_internal(package)
    if file or shlib:
        loading.add(package, file, "internal", ZERO, shlib)
    else:
        loading.libraries.said.append(loading.config.missing(package))
    return bool(file)


def read_from(loading: Loading, start: int) -> int:
    """Read the libraries from `start` on, and those that these add; how many there are now."""
    i = start
    while i < len(loading.libraries.list):
        if not loading.libraries.list[i].shlib:
            read_library(loading, loading.libraries.list[i])
        i += 1
    return i


def table(loading: Loading) -> Objects:
    """The objects read, each knowing which object stands for each package it refers to."""
    hosts = len(loading.libraries.host_objects)
    objects = Objects(len(loading.found) + (hosts + MEMBERS if hosts else 0))
    by_prefix: dict[bytes, int] = {}
    position = {library: i for i, library in enumerate(loading.libraries.list)}
    for source, start, size, library, name, _ in loading.found:
        index = objects.add(source, start, size, position[library], name)
        library.objects.append(index)
        by_prefix.setdefault(path_to_prefix(library.package).encode("utf-8", "surrogateescape"), index)
    for index, (_, _, _, library, _, packages) in enumerate(loading.found, 1):
        try:
            objects.refer(index, [0] + [by_prefix[name] for name in packages])
        except KeyError as error:
            missing = error.args[0].decode("utf-8", "surrogateescape")
            raise LinkError(
                f"{library.package}: reference to nonexistent package {missing}", status=1
            ) from None
    return objects


def read_library(loading: Loading, library: Library) -> None:
    """Read one package file: an archive, or a bare object (ld.loadobjfile)."""
    path = library.file
    try:
        source = loading.config.open(path)
    except OSError as error:
        raise unreadable(path, error) from None
    before = len(loading.found)
    if source.length and source.read(0, len(MAGIC)) != MAGIC:
        read_object(loading, library, source, 0, source.length, path)
    else:
        try:
            for name, start, size in members(source):
                read_member(loading, library, source, start, size, name)
        except MalformedArchive:
            raise LinkError(f"{path}: malformed archive") from None
    if library.package == "main" and not library.is_main:
        raise LinkError(f"{path}: not package main")
    if len(loading.found) == before:
        raise LinkError(f"{path}: no Go object in package {library.package}'s file", status=1)


def read_member(loading: Loading, library: Library, source: Input, start: int, size: int, name: str) -> None:
    if name == "__.PKGDEF":
        return
    if name == "dynimportfail":
        loading.libraries.without_imports.append(library.package)
    elif name == "preferlinkext":
        loading.libraries.prefer_external.append(library.package)
    if len(name) < 16 and not name.endswith((".o", ".syso")):
        return
    if start + size > source.length:
        raise LinkError(f"{source.path}({name}): truncated object file: the archive ends before the member")
    read_object(loading, library, source, start, size, f"{source.path}({name})")


def read_object(loading: Loading, library: Library, source: Input, start: int, size: int, name: str) -> None:
    """Read one object's headers (ld.ldobj): the text lines, then the goobj's imports."""
    magic = source.read(start, min(size, 4))
    if magic != b"go o":
        known = magic in HOST_MAGIC or magic[:2] in HOST_MACHINES
        package = path_to_prefix(library.package)
        loading.libraries.host_objects.append(HostObject(package, name, source, start, size, known))
        library.foreign.append(library.ngo)
        return
    end = start + size
    head = source.read(start, min(size, 4096))
    line = head.partition(b"\n")[0] + b"\n"
    if not line.startswith(b"go object "):
        shown = line.decode("utf-8", "replace")
        raise LinkError(f'{name}: not an object file: @{start} "{shown[:60]}"', prefixed=False)
    check_header(loading, line, name)
    body = goobj_start(source, start + len(line), end, name)
    text = source.read(start + len(line), body - start - len(line) - 2)
    preamble(loading, library, text, name)
    try:
        header = ObjectHeader(source, body, end - body)
    except CorruptObject as error:
        raise LinkError(f"{name}: cannot read object file: {error}", status=1) from None
    if header.unlinkable:
        raise LinkError(
            f"link: unlinkable object (from package {library.package}) - compiler requires -p flag", status=1
        )
    loading.found.append((source, body, end - body, library, name, header.packages[1:]))
    library.ngo += 1
    if header.fingerprint != ZERO:  # assembly objects have none
        if library.fingerprint == ZERO:
            library.fingerprint = header.fingerprint
        if header.fingerprint != library.fingerprint:
            importer = loading.importers.get(library, library)
            raise loading.mismatch(library, header.fingerprint, importer, library.fingerprint)
    required = loading.required
    for wanted in header.imports:
        imported = required.get(wanted)
        if imported is None:
            package = wanted[0].decode("utf-8", "surrogateescape")
            imported = required[wanted] = loading.require(package, library, wanted[1])
        library.imports.append(imported)


def check_header(loading: Loading, line: bytes, name: str) -> None:
    if line == loading.header or loading.options.ignore_version:
        return
    have, want = line.decode("utf-8", "replace"), (loading.header or b"").decode("utf-8", "replace")
    loading.mismatches.append(
        f"{name}: linked object header mismatch:\nhave {go_quote(have)}\nwant {go_quote(want)}\n"
    )


def goobj_start(source: Input, start: int, end: int, name: str) -> int:
    """Where the goobj begins: after a line "!" that lies outside the $$ sections (ld.ldobj)."""
    at = start - 1  # the newline that ends the header line
    markers = 0
    while True:
        bang = source.find(b"\n!\n", at, end)
        if bang < 0:
            raise LinkError(f"truncated object file: {name}", prefixed=False)
        marker = source.find(b"\n$$", at, bang + 1)
        while marker >= 0:
            markers += 1
            at = marker + 1
            marker = source.find(b"\n$$", at, bang + 1)
        if markers % 2 == 0:
            return bang + 3
        at = bang + 1


def preamble(loading: Loading, library: Library, text: bytes, name: str) -> None:
    """The lines between the header and the goobj (ld.ldpkg): whether this is main, and cgo directives."""
    if loading.options.skip_package_checks:
        return
    lines = text.partition(b"\n\n")[0]
    if b"main" in lines.split(b"\n"):
        library.is_main = True
    start = text.find(CGO)
    if start < 0:
        return
    start = text.find(b"\n", start + 1)
    if start < 0:
        raise LinkError(f"found $$ // cgo but no newline in {name}")
    end = text.find(b"\n$$", start)
    if end < 0:
        raise LinkError(f"cannot find end of // cgo section in {name}")
    package = path_to_prefix(library.package)
    loading.libraries.cgo.append(CgoText(package, name, text[start:end]))
