"""Builds what is not plain Python: the kernels and the launcher.

Every file named `*_kernel.py` is compiled, nothing else is, and all of them make one shared object: loading
one takes half the time of loading forty. The launcher is one C file, installed beside the interpreter as the
command `goweld`. `python setup.py build_ext --inplace` puts the kernels in src and a launcher for the source
tree in build/bin; an editable install does the same.

GOWELD_CHECKED names sanitizers to compile with, as address,undefined: see `make checked`.
"""

from __future__ import annotations

import marshal
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_config_var, get_path, get_platform

from Cython.Build import cythonize
from setuptools import Command, Extension, setup
from setuptools._distutils._modified import newer, newer_group
from setuptools._distutils.ccompiler import new_compiler
from setuptools._distutils.sysconfig import customize_compiler
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent
SRC = Path("src")
LAUNCHER = SRC / "goweld" / "launcher" / "goweld.c"
# -ffp-contract=off: Go's deflate estimates sizes in float32 without fused multiply-adds, and the estimate
# chooses the bytes.
FLAGS = ["-O3", "-fno-strict-aliasing", "-ffp-contract=off", "-fvisibility=hidden", "-pthread"]
# Cython compares a size with a count wherever Python does not care which has a sign.
FLAGS.append("-Wno-sign-compare")
LINK_FLAGS = ["-pthread", "-s"]
if sanitizers := os.environ.get("GOWELD_CHECKED"):
    FLAGS[0] = "-O1"
    FLAGS += [
        "-g",
        "-fno-omit-frame-pointer",
        f"-fsanitize={sanitizers}",
        "-fno-sanitize=alignment",  # Go's records are packed, and amd64 reads them where they lie
        "-fno-sanitize-recover=undefined",
    ]
    LINK_FLAGS = ["-pthread", f"-fsanitize={sanitizers}"]
DIRECTIVES = {
    "language_level": 3,
    "annotation_typing": False,
    "infer_types": True,
    "boundscheck": False,
    "wraparound": False,
    "cdivision": True,
    "initializedcheck": False,
    "nonecheck": False,
    # Plain built-in functions, and classes that are not pickled, are made faster when a module is loaded.
    "binding": False,
    "auto_pickle": False,
}


def kernels() -> Extension:
    """One shared object with the start of every kernel's module in it; goweld.kernels finds them there."""
    sources = sorted(SRC.glob("goweld/**/*_kernel.py"))
    names = [".".join(path.relative_to(SRC).with_suffix("").parts) for path in sources]
    translated = cythonize(
        [Extension(name, [str(path)]) for name, path in zip(names, sources, strict=True)],
        compiler_directives=DIRECTIVES,
        build_dir="build/cython",
        # Nothing else tells that the directives have changed.
        force=any(newer(__file__, path) for path in Path("build/cython").rglob("*.c")),
    )
    return Extension("goweld.all_kernels", [source for part in translated for source in part.sources])


def interpreter() -> str:
    """The interpreter a launcher falls back on: not the build's own environment, which may soon be gone."""
    version = "python{}.{}".format(*sys.version_info)
    candidates = [Path(sys.base_exec_prefix, "bin", version), Path(sys.executable)]
    return str(next((path for path in candidates if path.is_file()), ""))


def freeze(modules: list[str], header: Path) -> None:
    """Write modules of the standard library as C, which spares Python to look for them."""
    arrays, entries = [], []
    for name in modules:
        spec = find_spec(name)
        code = marshal.dumps(spec.loader.get_code(name))
        package = int(spec.submodule_search_locations is not None)
        arrays.append(f"static const unsigned char code_{len(arrays)}[] = {{{','.join(map(str, code))}}};\n")
        entry = f'.name = "{name}", .code = code_{len(entries)}, .size = {len(code)}, .is_package = {package}'
        entries.append(f"    {{{entry}}},\n")
    table = ["static const struct _frozen frozen_modules[] = {\n", *entries, "    {.name = NULL},\n};\n"]
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text("".join(arrays + table))


def build_launcher(directory: Path, *, in_source_tree: bool) -> None:
    """Compile the launcher into a directory. Only the source tree's own records where its package is."""
    macros = [
        ("_GNU_SOURCE", None),
        ("MULTIARCH", f'"{get_config_var("MULTIARCH") or "."}"'),
        ("PYTHON_VERSION", '"{}.{}"'.format(*sys.version_info)),
        ("RECORDED_PYTHON", f'"{sys.executable if in_source_tree else interpreter()}"'),
    ]
    if in_source_tree:
        macros.append(("RECORDED_PACKAGE", f'"{ROOT / LAUNCHER.parent.parent}"'))
    temporary = Path("build", f"launcher-{'tree' if in_source_tree else 'wheel'}")
    freeze(["encodings", "encodings.aliases", "encodings.utf_8", "__future__"], temporary / "frozen.h")
    compiler = new_compiler()
    customize_compiler(compiler)
    objects = compiler.compile(
        [str(LAUNCHER)],
        output_dir=str(temporary),
        macros=macros,
        include_dirs=[get_path("include"), get_path("platinclude"), str(temporary)],
        extra_postargs=["-std=c11", "-Wall", "-Wextra", "-fvisibility=hidden"],
    )
    directory.mkdir(parents=True, exist_ok=True)
    # Linked beside its place and renamed, so that a running launcher can be replaced.
    compiler.link_executable(objects, "goweld.new", output_dir=str(directory), extra_postargs=["-s", "-ldl"])
    os.replace(directory / "goweld.new", directory / "goweld")


class BuildExt(build_ext):
    """Kernels on all processors, and the source tree's launcher where the build is in place."""

    def finalize_options(self) -> None:
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def run(self) -> None:
        if self.editable_mode:
            # setuptools compiles for an editable install in a directory that it throws away.
            platform = f"{get_platform()}-{sys.implementation.cache_tag}"
            self.build_lib = str(ROOT / "build" / f"lib.{platform}")
            self.build_temp = str(ROOT / "build" / f"temp.{platform}")
        super().run()
        if self.inplace:
            build_launcher(ROOT / "build" / "bin", in_source_tree=True)

    def build_extension(self, ext: Extension) -> None:
        """Compile what has changed, and link it with the rest."""
        path = self.get_ext_fullpath(ext.name)
        if not (self.force or newer_group(ext.sources, path)):
            return
        with ThreadPoolExecutor(self.parallel) as pool:
            objects = list(pool.map(self.compile_kernel, ext.sources))
        self.compiler.link_shared_object(objects, path, extra_postargs=LINK_FLAGS)

    def compile_kernel(self, source: str) -> str:
        """Compile one translated kernel unless that is done; the object file."""
        (made,) = self.compiler.object_filenames([source], output_dir=self.build_temp)
        if self.force or newer_group([source, __file__], made):
            self.compiler.compile([source], output_dir=self.build_temp, extra_postargs=FLAGS)
        return made


class BuildScripts(Command):
    """Puts the launcher where setuptools takes scripts from: wheels carry it as a native program."""

    user_options = [("build-dir=", "d", "directory to build the launcher in")]
    editable_mode = False

    def initialize_options(self) -> None:
        self.build_dir: str | None = None

    def finalize_options(self) -> None:
        self.set_undefined_options("build", ("build_scripts", "build_dir"))

    def run(self) -> None:
        assert self.build_dir is not None
        build_launcher(Path(self.build_dir), in_source_tree=self.editable_mode)

    def get_source_files(self) -> list[str]:
        return [str(LAUNCHER)]

    def get_outputs(self) -> list[str]:
        return [f"{self.build_dir}/goweld"]

    def get_output_mapping(self) -> dict[str, str]:
        return {}


setup(
    ext_modules=[kernels()],
    scripts=[str(LAUNCHER)],
    cmdclass={"build_ext": BuildExt, "build_scripts": BuildScripts},
)
