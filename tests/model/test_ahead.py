"""Files that a thread opens and maps ahead of their reader: what it cannot have, it leaves to the reader."""

from __future__ import annotations

from pathlib import Path

import pytest

from goweld.model.ahead_kernel import FilesAhead
from goweld.model.pool_kernel import set_threads

MAGIC = b"\x00go120ld"


@pytest.fixture(params=[1, 2], ids=["one-thread", "two-threads"])
def threads(request: pytest.FixtureRequest) -> int:
    set_threads(request.param)
    return int(request.param)


# What the thread takes for an object whose blocks end far behind the file, and for one that is cut short.
ENDLESS = b"go object linux\n\n!\n" + MAGIC + b"\xff" * 100
CUT = b"go object linux\n\n!\n" + MAGIC + b"\xff" * 10


def archive(path: Path, object_size: int) -> bytes:
    """A package file whose object begins some pages behind the export data."""
    export = b"x" * 20_001
    header = b"__.PKGDEF       0           0     0     644     %-10d`\n" % len(export)
    content = b"!<arch>\n" + header + export + b"\n" + MAGIC + b"o" * object_size
    path.write_bytes(content)
    return content


@pytest.mark.parametrize("debug", [True, False])
def test_a_file_reads_as_if_its_reader_had_opened_it(tmp_path: Path, threads: int, debug: bool) -> None:
    paths = [tmp_path / f"{i}.a" for i in range(50)]
    contents = [archive(path, 10_000 + i) for i, path in enumerate(paths)]
    ahead = FilesAhead([str(path) for path in paths], debug)
    for path, content in zip(reversed(paths), reversed(contents), strict=True):
        source = ahead.take(str(path))
        # The reader may be faster, and with one thread there is nobody to go ahead.
        if source is not None:
            assert threads > 1
            assert (source.path, bytes(source.view())) == (str(path), content)
        assert ahead.take(str(path)) is None


def test_what_is_no_file_with_content_is_left_to_the_reader(tmp_path: Path) -> None:
    set_threads(2)
    (tmp_path / "empty.a").touch()
    (tmp_path / "folder.a").mkdir()
    wrong = ["empty.a", "folder.a", "missing.a", "nul\0.a"]
    for name in wrong:
        ahead = FilesAhead([str(tmp_path / name)], True)
        assert ahead.take(str(tmp_path / name)) is None


EXPORT = b"!<arch>\n" + b"__.PKGDEF       0           0     0     644     %-10d`\n" % 4 + b"data"


@pytest.mark.parametrize(
    "content", [b"!", b"!<arch>\n" + b"9" * 60, b"no archive at all", EXPORT + ENDLESS, EXPORT + CUT]
)
def test_a_damaged_archive_is_mapped_like_any_file(tmp_path: Path, content: bytes) -> None:
    set_threads(2)
    path = tmp_path / "damaged.a"
    path.write_bytes(content)
    source = FilesAhead([str(path)], True).take(str(path))
    assert source is None or bytes(source.view()) == content
