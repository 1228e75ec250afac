"""The directory of a link's temporary files: ours to remove, or the user's to keep."""

from __future__ import annotations

import os

from goweld.errors import LinkError, reason
from goweld.model.fault_kernel import hold_folder, hold_inside, let_go_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from goweld.model.libraries import HostObject

TRIES = 10000


class Place:
    """Where the object for the host linker is written, beside copies of the host objects."""

    def __init__(self, given: str, environ: Mapping[str, str]) -> None:
        self.own = not given
        self.path = given or make(environ.get("TMPDIR") or "/tmp")
        if self.own:
            hold_folder(os.fsencode(self.path))

    def join(self, name: str) -> str:
        """The path of a file in here, removed with the directory whatever happens."""
        path = os.path.join(self.path, name)
        if self.own:
            hold_inside(os.fsencode(path))
        return path

    def copy(self, objects: Sequence[HostObject]) -> list[str]:
        """Copies of the host objects, without a time of their own (ld.Link.hostobjCopy)."""
        paths = []
        for number, host in enumerate(objects):
            path = self.join(f"{number:06}.o")
            paths.append(path)
            try:
                with open(path, "wb", buffering=0) as file:
                    rest = memoryview(host.source.read(host.start, host.size))
                    while rest:
                        rest = rest[file.write(rest) :]
            except OSError as error:
                verb = "write" if os.path.exists(path) else "create"
                raise LinkError(f"cannot {verb} {path}: open {path}: {reason(error)}") from None
            without_time(path)
        return paths

    def remove(self) -> None:
        """Leave nothing behind."""
        if self.own:
            remove(self.path)
            let_go_folder()


def make(parent: str) -> str:
    """A new directory (os.MkdirTemp)."""
    for _ in range(TRIES):
        path = os.path.join(parent, f"go-link-{int.from_bytes(os.urandom(4), 'little')}")
        try:
            os.mkdir(path, 0o700)
            return path
        except FileExistsError:
            continue
        except OSError as error:
            what = f"mkdir {path}" if os.path.exists(parent) else f"stat {parent}"
            raise LinkError(f"{what}: {reason(error)}", status=1) from None
    raise LinkError(f"mkdir {path}: file exists", status=1)


def without_time(path: str) -> None:
    """Set a file's times to the epoch: they may end up in the output (ld.cleanTimeStamps)."""
    try:
        os.utime(path, (0, 0))
    except OSError as error:
        raise LinkError(f"cannot chtimes {path}: chtimes {path}: {reason(error)}") from None


def remove(path: str) -> None:
    """Remove a directory and what is in it."""
    try:
        for entry in os.scandir(path):
            if entry.is_dir(follow_symlinks=False):
                remove(entry.path)
            else:
                os.unlink(entry.path)
        os.rmdir(path)
    except OSError:
        return
