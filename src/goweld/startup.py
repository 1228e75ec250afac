"""The modules of a link in one file: Python takes longer to find each of a hundred modules than to run it.

The file lies beside the compiled modules and holds groups: a module that a link asks for by itself, as
link.py, after all those that this one imports, in the order in which they were run.  They are run in that
order again, so that each finds what it imports loaded, and importlib has next to nothing to do.

A group with a module whose source has changed since is forgotten.  Modules that are in no group are loaded
from their sources, and the link that did so adds them to the file.
"""

from __future__ import annotations

import gc
import os
import sys
from _frozen_importlib_external import SourceFileLoader
from _imp import create_dynamic, exec_dynamic
from marshal import dumps, loads

from goweld.kernels import kernel_spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
else:
    # importlib's own, without importing importlib.
    ModuleSpec, ModuleType = type(__spec__), type(sys)

PACKAGE = __name__.partition(".")[0]
HERE = __file__.rpartition("/")[0]
FILE = f"{HERE}/__pycache__/loaded.{sys.implementation.cache_tag}"

# A module: its name, whether it is a package, its source, that one's time and size, the code.  A kernel has
# no source that Python would run.
Entry = tuple[str, bool, str, int, int, "CodeType | None"]
KERNEL = (False, "", 0, 0, None)
# A group's names of modules, where in the file their entries are, marshalled, and how many bytes these take.
# The file begins with the length of its head: the version of Python and each group's names and size.
Group = tuple[list[str], int, int]


class Modules:
    """A finder and loader of modules that are read already."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.groups: dict[str, Group] = {}  # by module
        self.entries: dict[str, Entry] = {}  # of the groups in use
        self.missed: list[
            Entry
        ] = []  # the group in the making: a module that is in none, and what it imports
        self.depth = 0  # how many of those are being run
        self.made: list[tuple[list[str], bytes]] = []
        self.file = -1
        try:
            self.file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            total = os.fstat(self.file).st_size
            at = 8 + int.from_bytes(os.read(self.file, 8), "little")
            version, sizes = loads(os.read(self.file, min(at, total)))
            if version != sys.version or at + sum(size for _, size in sizes) != total:
                return
        except (OSError, ValueError, EOFError, TypeError):
            return
        for names, size in sizes:
            self.groups.update(dict.fromkeys(names, (names, at, size)))
            at += size

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """importlib's question: where a module is.  What comes before it in its group is loaded now."""
        if not name.startswith(PACKAGE):
            return None
        group = self.groups.get(name)
        if group is not None and name not in self.entries:
            self.use(group)
            if name == group[0][-1] and name in self.entries:
                for earlier in group[0][:-1]:
                    self.load(earlier)
        return self.spec(name)

    def use(self, group: Group) -> None:
        """Take a group's entries, or forget it if a source is not what it was, or not where it was."""
        entries: list[Entry] = loads(os.pread(self.file, group[2], group[1]))
        if all(
            entry[2] == source_of(entry[0], entry[1]) and stamp(entry[2]) == entry[3:5]
            for entry in entries
            if entry[2]
        ):
            self.entries.update((entry[0], entry) for entry in entries)
        else:
            for name in group[0]:
                del self.groups[name]

    def spec(self, name: str) -> ModuleSpec | None:
        """What importlib is told about a module; None if there is no such source."""
        if name.endswith("_kernel"):
            return kernel_spec(name, self)
        if name in self.entries:
            _, is_package, source, *_ = self.entries[name]
        else:
            source = source_of(name, True)
            is_package = stamp(source) is not None
            if not is_package:
                source = source_of(name, False)
                if stamp(source) is None:
                    return None
        spec = ModuleSpec(name, self, origin=source, is_package=is_package)  # type: ignore[arg-type]
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(os.path.dirname(source))
        return spec

    def load(self, name: str) -> None:
        """Do what importlib does to import a module, as far as anyone notices."""
        parent, _, last = name.rpartition(".")
        if parent not in sys.modules:  # it was there when the group was made
            __import__(parent)
        spec = self.spec(name)
        if name in sys.modules or spec is None:
            return
        module = self.create_module(spec) or ModuleType(name)
        module.__spec__ = spec
        if spec.submodule_search_locations is not None:
            module.__path__ = spec.submodule_search_locations
        sys.modules[name] = module
        try:
            self.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        setattr(sys.modules[parent], last, module)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """A kernel's module; others are made by importlib."""
        return create_dynamic(spec) if spec.name.endswith("_kernel") else None

    def exec_module(self, module: ModuleType) -> None:
        """Run a module."""
        spec = module.__spec__
        assert spec is not None
        entry = self.entries.get(spec.name)
        if entry is None:
            self.run_missed(module, spec)
        elif entry[5] is None:
            exec_dynamic(module)
        else:
            exec(entry[5], module.__dict__)

    def run_missed(self, module: ModuleType, spec: ModuleSpec) -> None:
        """Run a module that is in no group, and note it for one."""
        self.depth += 1
        try:
            if spec.name.endswith("_kernel"):
                entry: Entry = (spec.name, *KERNEL)
                exec_dynamic(module)
            else:
                source = spec.origin or ""
                # The source may change between these two: then the next link misses it again.
                time, size = stamp(source) or (0, 0)
                code = SourceFileLoader(spec.name, source).get_code(spec.name)
                entry = (spec.name, spec.submodule_search_locations is not None, source, time, size, code)
                exec(code, module.__dict__)  # type: ignore[arg-type]
        finally:
            self.depth -= 1
        self.missed.append(entry)
        if self.depth == 0:
            self.made.append(([entry[0] for entry in self.missed], dumps(self.missed)))
            self.missed = []

    def keep(self) -> None:
        """Write the file anew if modules were missed.  Where that is not possible, all stays as it is."""
        if not self.made:
            return
        old = {at: (names, os.pread(self.file, size, at)) for names, at, size in self.groups.values()}
        groups = [*old.values(), *self.made]
        head = dumps((sys.version, [(names, len(entries)) for names, entries in groups]))
        beside = f"{self.path}.{os.getpid()}"
        try:
            with open(beside, "wb", buffering=0) as file:
                file.write(b"".join((len(head).to_bytes(8, "little"), head, *(group[1] for group in groups))))
            os.replace(beside, self.path)
        except OSError:
            return


def source_of(name: str, is_package: bool) -> str:
    """The source file of one of our modules."""
    return HERE + name[len(PACKAGE) :].replace(".", "/") + ("/__init__.py" if is_package else ".py")


def stamp(source: str) -> tuple[int, int] | None:
    """A source file's time and size."""
    try:
        status = os.stat(source)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def open_standard_files() -> None:
    """Open what the caller closed, as Go does (runtime.checkfds): a file of the link must not be number 2."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def begin() -> Modules:
    """Make ready for one link."""
    open_standard_files()
    # A link makes next to no cycles, and leaves without tearing down.
    gc.disable()
    modules = Modules(FILE)
    sys.meta_path.insert(0, modules)
    return modules
