"""Which file holds which package: an importcfg file says it, or directories are searched."""

from __future__ import annotations

import errno
import os

from goweld import arch
from goweld.codec.gostring import unquote
from goweld.errors import LinkError, reason
from goweld.model.ahead_kernel import FilesAhead
from goweld.model.memory_kernel import Input

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from goweld.model.options import Options


class ImportConfig:
    """What an importcfg file says, and the files themselves.  `modinfo` is None where it has no such line."""

    __slots__ = ("packages", "shlibs", "modinfo", "ahead")

    def __init__(self) -> None:
        self.packages: dict[str, str] = {}
        self.shlibs: dict[str, str] = {}
        self.modinfo: str | None = None
        self.ahead: FilesAhead | None = None

    def open_ahead(self, debug: bool) -> None:
        """Begin to open the packages' files, beside all that follows; `debug`: debug information is read."""
        paths = [path for package, path in self.packages.items() if package not in self.shlibs]
        if paths:
            self.ahead = FilesAhead(paths, debug)

    def open(self, path: str) -> Input:
        """A file, mapped.  Raises OSError."""
        found = self.ahead.take(path) if self.ahead else None
        return found or Input(path)

    def find(self, package: str) -> str:
        """The file of a package that an object imports; "" where nothing is said of it (ld.findlib)."""
        return self.packages.get(package, "")

    def find_shlib(self, package: str) -> str:
        """The shared library that holds a package; "" where none does."""
        return self.shlibs.get(package, "")

    def find_internal(self, package: str) -> str:
        """The file of a package that the linker itself wants (ld.loadinternal)."""
        return self.packages.get(package, "")

    def missing(self, package: str) -> str:
        """What to say of a package that find_internal does not find."""
        return f"loadinternal: cannot find {package}"


class Directories(ImportConfig):
    """The directories that hold packages, in the order of search."""

    __slots__ = ("directories",)

    def __init__(self, directories: list[str]) -> None:
        super().__init__()
        self.directories = directories

    def find(self, package: str) -> str:
        path = ""
        for directory in self.directories:
            for suffix in (".a", ".o"):
                path = os.path.join(directory, package + suffix)
                if os.path.exists(path):
                    return path
        # Opening it tells what is missing, and "." is where Go looks when it has nowhere to look.
        return path or "."

    def find_shlib(self, package: str) -> str:
        for directory in self.directories:
            path = os.path.join(directory, package + ".shlibname")
            if os.path.exists(path):
                try:
                    with open(path, encoding="utf-8", errors="surrogateescape") as file:
                        return file.read().strip()
                except OSError as error:
                    raise LinkError(f"cannot read {path}: {reason(error)}", prefixed=False) from None
            if any(os.path.exists(os.path.join(directory, package + suffix)) for suffix in (".a", ".o")):
                return ""
        return ""

    def find_internal(self, package: str) -> str:
        for directory in self.directories:
            path = os.path.join(directory, package + ".a")
            if os.path.exists(path):
                return path
        if package == "runtime":
            raise LinkError("error: unable to find runtime.a")
        return ""

    def missing(self, package: str) -> str:
        return f"warning: unable to find {package}.a"


def choose(options: Options, environ: Mapping[str, str]) -> ImportConfig:
    """The importcfg file, or else directories."""
    return read(options.importcfg) if options.importcfg else Directories(directories(options, environ))


def directories(options: Options, environ: Mapping[str, str]) -> list[str]:
    """The directories to search: those of -L, and last that of the distribution (ld.libinit)."""
    found = list(options.libdirs)
    goroot = environ.get("GOROOT")
    if goroot:
        port = "_".join(arch.port(environ))
        found.append(os.path.join(goroot, "pkg", port + install_suffix(options)))
    return found


def install_suffix(options: Options) -> str:
    """What the distribution's directory has after the port: packages are compiled anew for each detector."""
    if options.installsuffix:
        return "_" + options.installsuffix
    for wanted, name in ((options.race, "race"), (options.msan, "msan"), (options.asan, "asan")):
        if wanted:
            return "_" + name
    return ""


def read(path: str) -> ImportConfig:
    """Read an importcfg file (ld.Link.readImportCfg)."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as file:
            text = file.read()
    except OSError as error:
        verb = "read" if error.errno in (errno.EISDIR, errno.EIO) else "open"
        raise LinkError(f"-importcfg: {verb} {path}: {reason(error)}", status=1) from None
    config = ImportConfig()
    for number, line in enumerate(text.split("\n"), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        verb, _, args = line.partition(" ")
        args = args.strip()
        before, equals, after = args.partition("=")
        if not equals:
            before = after = ""
        if verb in ("packagefile", "packageshlib"):
            if not before or not after:
                raise LinkError(
                    f'{path}:{number}: invalid {verb}: syntax is "{verb} path=filename"', status=1
                )
            (config.packages if verb == "packagefile" else config.shlibs)[before] = after
        elif verb == "modinfo":
            try:
                config.modinfo = unquote(args)
            except ValueError:
                raise LinkError(f"{path}:{number}: invalid modinfo: invalid syntax", status=1) from None
        else:
            raise LinkError(f'{path}:{number}: unknown directive "{verb}"', status=1)
    return config
