"""Where Python finds the kernels: the modules of all of them start in one shared object."""

from __future__ import annotations

import sys
from _imp import create_dynamic, exec_dynamic, extension_suffixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
else:
    # importlib's own, without importing importlib.
    ModuleSpec = type(__spec__)

PACKAGE = __name__.partition(".")[0]
FILE = f"{__file__.rpartition('/')[0]}/all_kernels{extension_suffixes()[0]}"


class Kernels:
    """A finder and loader of kernels."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """importlib's question: where a module is, if it is a kernel."""
        if name.endswith("_kernel") and name.startswith(PACKAGE):
            return kernel_spec(name, self)
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module that the shared object has under the last part of the name."""
        return create_dynamic(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Run what the kernel does when it is loaded."""
        exec_dynamic(module)


def kernel_spec(name: str, loader: object) -> ModuleSpec:
    """What importlib is told about a kernel."""
    spec = ModuleSpec(name, loader, origin=FILE)  # type: ignore[arg-type]
    spec.has_location = True
    return spec


def install() -> None:
    """Have kernels found here, before they are found as Python."""
    sys.meta_path.insert(0, Kernels())
