"""The output file: written beside its target and renamed, so that readers see the old file or the new one."""

from __future__ import annotations

import errno
import os
import stat

from goweld.errors import LinkError, reason
from goweld.model.fault_kernel import hold, let_go

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Parts = Sequence[memoryview | bytes]

NEW_MODE = 0o775
DESCRIPTORS = "/proc/self/fd"


class Output:
    """Where a link's result goes.  Nothing is touched before `write`."""

    def __init__(self, path: str, inputs: Sequence[str]) -> None:
        """Check that the file can be written; raises LinkError in cmd/link's words (ld.libinit)."""
        self.path = path
        self.target = path
        self.mode: int | None = None  # the mode to keep; None: a new file's
        self.in_place = False
        try:
            self._look(inputs)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self._refusal(error) from None
        if not self.in_place:
            self._check_directory(os.path.dirname(self.target) or ".")

    def _look(self, inputs: Sequence[str]) -> None:
        """Settle where an existing output leads: through symbolic links, whose target keeps its mode."""
        status = os.lstat(self.path)
        if stat.S_ISLNK(status.st_mode):
            self.target = os.path.realpath(self.path)
            status = os.stat(self.path)
            self.mode = stat.S_IMODE(status.st_mode)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, "is a directory")
        self.in_place = not stat.S_ISREG(status.st_mode)
        for source in inputs:
            if source and os.path.exists(source) and os.path.samestat(os.stat(source), status):
                raise LinkError(f"cannot create {self.path}: it is an input of this link")

    def _check_directory(self, directory: str) -> None:
        """A directory that takes no new file leaves writing in place, if the file itself can be written."""
        if not os.path.isdir(directory):
            raise self._refusal(os.path.exists(directory) and errno.ENOTDIR or errno.ENOENT)
        if os.access(directory, os.W_OK | os.X_OK):
            return
        if not os.access(self.target, os.W_OK):
            read_only = os.statvfs(directory).f_flag & os.ST_RDONLY
            raise self._refusal(errno.EROFS if read_only else errno.EACCES)
        self.in_place = True

    def _refusal(self, error: OSError | int) -> LinkError:
        if isinstance(error, int):
            error = OSError(error, os.strerror(error))
        return LinkError(f"cannot create {self.path}: open {self.path}: {reason(error)}")

    def write(self, parts: Parts) -> None:
        """Write the parts one after the other, and only then let the path name them."""
        try:
            if not self.in_place and self._write_beside(parts):
                return
            self._write_in_place(parts)
        except OSError as error:
            raise LinkError(f"writing output file {self.path} failed: {reason(error)}") from None

    def _write_in_place(self, parts: Parts) -> None:
        # Without a reader, opening a FIFO fails rather than waits.
        file = os.open(self.target, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.set_blocking(file, True)
            status = os.fstat(file)
            size = sum(len(part) for part in parts)
            if stat.S_ISREG(status.st_mode):
                try:
                    allocate(file, size)
                except OSError:
                    os.ftruncate(file, status.st_size)
                    raise
            fill(file, parts)
            if stat.S_ISREG(status.st_mode):
                os.ftruncate(file, size)
        finally:
            os.close(file)

    def _write_beside(self, parts: Parts) -> bool:
        """Write a new file and rename it; False where only the file itself may be written."""
        directory = os.path.dirname(self.target) or "."
        beside = os.path.join(directory, f".goweld-{os.getpid()}-{os.urandom(4).hex()}")
        file, named = open_beside(directory, beside)
        hold(os.fsencode(beside))
        try:
            allocate(file, sum(len(part) for part in parts))
            fill(file, parts)
            if self.mode is not None:
                os.fchmod(file, self.mode)
            if not named:
                # Python follows the link only where it has a reason to call linkat: a descriptor.
                os.link(f"{DESCRIPTORS}/{file}", beside, src_dir_fd=file, follow_symlinks=True)
                named = True
            os.rename(beside, self.target)
            named = False
        except PermissionError:  # another user's file in a sticky directory
            if not os.access(self.target, os.W_OK):
                raise
            return False
        finally:
            os.close(file)
            if named:
                os.unlink(beside)
            let_go()
        return True


def open_beside(directory: str, beside: str) -> tuple[int, bool]:
    """A new file in the target's directory, nameless where the system can (nothing is left if we are killed).

    The descriptor, and whether it bears the name `beside`.
    """
    nameless = getattr(os, "O_TMPFILE", 0)
    if nameless and os.path.exists(DESCRIPTORS):
        try:
            return os.open(directory, nameless | os.O_RDWR | os.O_CLOEXEC, NEW_MODE), False
        except OSError:  # a file system that has no such files
            pass
    hold(os.fsencode(beside))
    return os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, NEW_MODE), True


def allocate(file: int, size: int) -> None:
    """Reserve the space first: a full disk shows here."""
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise


def fill(file: int, parts: Parts) -> None:
    for part in parts:
        view = memoryview(part)
        while view:
            view = view[os.write(file, view) :]
