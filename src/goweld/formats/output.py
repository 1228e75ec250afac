"""The output file: written beside its target and renamed, so that readers see the old file or the new one."""

from __future__ import annotations

import errno
import os
import stat

from goweld.errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NEW_MODE = 0o775


def reason(error: OSError) -> str:
    """An error as Go words it."""
    return (error.strerror or str(error)).lower()


class Output:
    """Where a link's result goes.  Nothing is touched before `write`."""

    def __init__(self, path: str, inputs: Sequence[str]) -> None:
        """Check that the file can be written; raises LinkError in cmd/link's words (ld.libinit)."""
        self.path = path
        self.target = path
        self.mode: int | None = None  # the mode to keep; None: a new file's
        self.in_place = False
        try:
            status = os.lstat(path)
            if stat.S_ISLNK(status.st_mode):
                self.target = os.path.realpath(path)
                status = os.stat(path)
                self.mode = stat.S_IMODE(status.st_mode)
            self.in_place = not stat.S_ISREG(status.st_mode)
            if stat.S_ISDIR(status.st_mode):
                raise self.refusal(IsADirectoryError(errno.EISDIR, "is a directory"))
            for source in inputs:
                if source and os.path.exists(source) and os.path.samestat(os.stat(source), status):
                    raise LinkError(f"cannot create {path}: it is an input of this link")
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self.refusal(error) from None
        directory = os.path.dirname(self.target) or "."
        if self.in_place:
            return
        if not os.path.isdir(directory):
            code = errno.ENOENT if not os.path.exists(directory) else errno.ENOTDIR
            raise self.refusal(OSError(code, os.strerror(code)))
        if not os.access(directory, os.W_OK | os.X_OK):
            if not os.access(self.target, os.W_OK):
                code = errno.EACCES
                if os.statvfs(directory).f_flag & os.ST_RDONLY:
                    code = errno.EROFS
                raise self.refusal(OSError(code, os.strerror(code)))
            self.in_place = True

    def refusal(self, error: OSError) -> LinkError:
        return LinkError(f"cannot create {self.path}: open {self.path}: {reason(error)}")

    def write(self, parts: Sequence[memoryview | bytes]) -> None:
        """Write the parts one after the other, and only then let the path name them."""
        try:
            if self.in_place:
                self.write_in_place(parts)
            else:
                self.write_beside(parts)
        except OSError as error:
            raise LinkError(f"writing output file {self.path} failed: {reason(error)}") from None

    def write_in_place(self, parts: Sequence[memoryview | bytes]) -> None:
        file = os.open(self.target, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, NEW_MODE)
        try:
            if stat.S_ISREG(os.fstat(file).st_mode):
                os.ftruncate(file, 0)
            fill(file, parts)
        finally:
            os.close(file)

    def write_beside(self, parts: Sequence[memoryview | bytes]) -> None:
        directory, name = os.path.split(self.target)
        beside = os.path.join(directory, f".{name[:200]}.{os.getpid()}.goweld")
        file, named = self.open_beside(directory or ".", beside)
        try:
            size = sum(len(part) for part in parts)
            allocate(file, size)
            fill(file, parts)
            if self.mode is not None:
                os.fchmod(file, self.mode)
            if not named:
                # Python follows the link only where it has a reason to call linkat: a descriptor.
                os.link(f"/proc/self/fd/{file}", beside, src_dir_fd=file, follow_symlinks=True)
                named = True
            os.rename(beside, self.target)
            named = False
        finally:
            os.close(file)
            if named:
                os.unlink(beside)

    def open_beside(self, directory: str, beside: str) -> tuple[int, bool]:
        """A new file in the target's directory: the descriptor, and whether it bears the name `beside`.

        It is nameless where the system can have that: nothing is left if we are killed.
        """
        try:
            return os.open(directory, os.O_TMPFILE | os.O_RDWR | os.O_CLOEXEC, NEW_MODE), False
        except (OSError, AttributeError):
            flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC
            return os.open(beside, flags, NEW_MODE), True


def allocate(file: int, size: int) -> None:
    """Reserve the space first: a full disk shows here."""
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise


def fill(file: int, parts: Sequence[memoryview | bytes]) -> None:
    for part in parts:
        view = memoryview(part)
        while view:
            view = view[os.write(file, view) :]
