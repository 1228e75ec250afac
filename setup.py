"""The build rule for kernels: every file named `*_kernel.py` is compiled, nothing else is."""

from __future__ import annotations

from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup

SRC = Path("src")
# -ffp-contract=off: Go's deflate estimates sizes in float32 without fused multiply-adds, and the estimate
# chooses the bytes.
FLAGS = ["-O2", "-fno-strict-aliasing", "-ffp-contract=off", "-fvisibility=hidden", "-pthread"]
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "infer_types": True,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "nonecheck": False,
}


def kernels() -> list[Extension]:
    sources = sorted(SRC.glob("goweld/**/*_kernel.py"))
    names = [".".join(path.relative_to(SRC).with_suffix("").parts) for path in sources]
    return [
        Extension(name, [str(path)], extra_compile_args=FLAGS, extra_link_args=["-pthread", "-s"])
        for name, path in zip(names, sources, strict=True)
    ]


setup(ext_modules=cythonize(kernels(), compiler_directives=DIRECTIVES, build_dir="build/cython"))
