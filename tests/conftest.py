"""The test run refuses to start on kernels that are not compiled, or are older than their sources."""

from __future__ import annotations

import importlib.machinery
import signal
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "goweld"


def stale_kernels(package: Path) -> list[str]:
    """What is wrong with the compiled kernels, a line each."""
    compiled = package / f"all_kernels{importlib.machinery.EXTENSION_SUFFIXES[0]}"
    if not compiled.exists():
        return ["the kernels are not compiled"]
    return [
        f"{source.stem} has changed since it was compiled"
        for source in sorted(package.rglob("*_kernel.py"))
        for file in (source, source.with_suffix(".pxd"))
        if compiled.stat().st_mtime < file.stat().st_mtime
    ]


def pytest_configure() -> None:
    # A shell that runs the tests in the background has these ignored, and so would be what the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    stale = stale_kernels(PACKAGE)
    if stale:
        raise pytest.UsageError("\n".join([*stale, "run: python setup.py build_ext --inplace"]))
