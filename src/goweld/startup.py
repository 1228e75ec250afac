"""The modules of a link in one file: Python takes longer to find each of eighty modules than to run it.

The file lies beside the compiled modules and holds them all.  A module whose source has changed since is
found as any other, and the link that found it so writes the file anew.
"""

from __future__ import annotations

import gc
import os
import sys
from marshal import dumps, loads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
else:
    # importlib's own, without importing importlib.
    ModuleSpec = type(__spec__)

PACKAGE = __name__.partition(".")[0]
HERE = __file__.rpartition("/")[0]
FILE = f"{HERE}/__pycache__/modules.{sys.implementation.cache_tag}"

# By name: whether it is a package, the source's time and size, the code.
Entry = tuple[bool, int, int, bytes]


class Modules:
    """A finder and loader of modules that are read already."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.entries: dict[str, Entry] = {}
        self.missed: list[str] = []
        try:
            with open(path, "rb", buffering=0) as file:
                version, self.entries = loads(file.read())
        except (OSError, ValueError, EOFError, TypeError):
            version = ""
        if version != sys.version:
            self.entries = {}

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """importlib's question: the module, if it is here and its source is what it was."""
        if not name.startswith(PACKAGE) or name.endswith("_kernel"):
            return None
        entry = self.entries.get(name)
        if entry is not None:
            source = source_of(name, entry[0])
            if stamp(source) == entry[1:3]:
                spec = ModuleSpec(name, self, origin=source, is_package=entry[0])  # type: ignore[arg-type]
                if spec.submodule_search_locations is not None:
                    spec.submodule_search_locations.append(os.path.dirname(source))
                return spec
        self.missed.append(name)
        return None

    def create_module(self, spec: ModuleSpec) -> None:
        """Leave it to importlib to make the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module's code."""
        exec(loads(self.entries[module.__name__][3]), module.__dict__)

    def keep(self) -> None:
        """Write the file anew if a module was not in it.  Where that is not possible, all stays as it is."""
        if not self.missed:
            return
        for name in self.missed:
            spec = sys.modules[name].__spec__ if name in sys.modules else None
            if spec is None or spec.origin is None:
                continue
            is_package = spec.submodule_search_locations is not None
            seen = stamp(spec.origin)
            # The source may have changed since it was looked at: then the next link misses it again.
            code = spec.loader.get_code(name)  # type: ignore[union-attr]
            if seen is not None and spec.origin == source_of(name, is_package):
                self.entries[name] = (is_package, *seen, dumps(code))
        beside = f"{self.path}.{os.getpid()}"
        try:
            with open(beside, "wb", buffering=0) as file:
                file.write(dumps((sys.version, self.entries)))
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


def begin() -> Modules:
    """Make ready for one link."""
    # A link makes next to no cycles, and leaves without tearing down.
    gc.disable()
    modules = Modules(FILE)
    sys.meta_path.insert(0, modules)
    return modules
