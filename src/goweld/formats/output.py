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

NEW_MODE = 0o775
DESCRIPTORS = "/proc/self/fd"
BLOCK = 1 << 20


class Output:
    """Where a link's result goes.  Its old content stays until `publish`."""

    def __init__(self, path: str, inputs: Sequence[str]) -> None:
        """Check that the file can be written; raises LinkError in cmd/link's words (ld.libinit)."""
        self.path = path
        self.target = path
        self.mode: int | None = None  # the mode to keep; None: a new file's
        self.in_place = False
        self.file = -1
        self.beside = ""
        self.named = False  # `beside` is there
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
            if source and is_file(source, status):
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

    def __enter__(self) -> Output:
        """Open the file that takes the bytes: a new one, which leaves no trace unless it is published."""
        try:
            if self.in_place:
                # The old content stays until all of the new one is there.
                self.file = os.memfd_create("goweld", os.MFD_CLOEXEC)
            else:
                directory = os.path.dirname(self.target) or "."
                self.beside = os.path.join(directory, f".goweld-{os.getpid()}-{os.urandom(4).hex()}")
                hold(os.fsencode(self.beside))
                self.file, self.named = open_beside(directory, self.beside)
        except OSError as error:
            raise self.failed(error) from None
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.file)
        if self.named:
            os.unlink(self.beside)
        let_go()

    def reserve(self, size: int) -> None:
        """Make room for that many bytes: a full disk shows here."""
        try:
            allocate(self.file, size)
        except OSError as error:
            raise self.failed(error) from None

    def write_at(self, offset: int, content: memoryview | bytes) -> None:
        """Put bytes in their place."""
        view = memoryview(content)
        try:
            while view:
                count = os.pwrite(self.file, view, offset)
                view = view[count:]
                offset += count
        except OSError as error:
            raise self.failed(error) from None

    def failed(self, error: OSError) -> LinkError:
        """What to say where the system refuses."""
        return LinkError(f"writing output file {self.path} failed: {reason(error)}")

    def publish(self) -> None:
        """Everything is written: let the path name it."""
        try:
            if self.in_place or not self._rename():
                self._copy()
        except OSError as error:
            raise self.failed(error) from None

    def _rename(self) -> bool:
        """Give the new file its name; False where only the old one itself may be written."""
        try:
            if self.mode is not None:
                os.fchmod(self.file, self.mode)
            if not self.named:
                # Python follows the link only where it has a reason to call linkat: a descriptor.
                os.link(f"{DESCRIPTORS}/{self.file}", self.beside, src_dir_fd=self.file, follow_symlinks=True)
                self.named = True
            os.rename(self.beside, self.target)
            self.named = False
        except PermissionError:  # another user's file in a sticky directory
            if not os.access(self.target, os.W_OK):
                raise
            return False
        return True

    def _copy(self) -> None:
        """Copy all bytes to the target as it stands."""
        # Without a reader, opening a FIFO fails rather than waits.
        target = os.open(self.target, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.set_blocking(target, True)
            status = os.fstat(target)
            size = os.fstat(self.file).st_size
            if stat.S_ISREG(status.st_mode):
                try:
                    allocate(target, size)
                except OSError:
                    os.ftruncate(target, status.st_size)
                    raise
            offset = 0
            while offset < size:
                view = memoryview(os.pread(self.file, BLOCK, offset))
                offset += len(view)
                while view:
                    view = view[os.write(target, view) :]
            if stat.S_ISREG(status.st_mode):
                os.ftruncate(target, size)
        finally:
            os.close(target)


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
    return os.open(beside, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, NEW_MODE), True


def allocate(file: int, size: int) -> None:
    """Reserve the space first: a full disk shows here."""
    try:
        os.posix_fallocate(file, 0, size)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
            raise


def is_file(path: str, status: os.stat_result) -> bool:
    """Whether a path leads to the file of that status."""
    try:
        return os.path.samestat(os.stat(path), status)
    except (OSError, ValueError):
        return False
