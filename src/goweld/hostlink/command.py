"""The command line of the host linker, word for word as cmd/link composes it (ld.Link.hostlink)."""

from __future__ import annotations

import os

from goweld.codec.quote import go_quote

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from goweld.model.mode import Mode
    from goweld.model.options import Options

    Supports = Callable[[str], bool]

BUILD_ID = "-Wl,--build-id=0x1234567890abcdef"
EXPORT_MAIN = "-Wl,--export-dynamic-symbol=main"
UNUSED = "-Qunused-arguments"
COMPRESS = "-Wl,--compress-debug-sections=zlib"
NO_PIE = ("-no-pie", "-nopie")  # gcc's, clang's
LONGEST = 30 << 10  # characters of a command line that every system takes (sys.ExecArgLengthLimit)


def questions(options: Options, mode: Mode) -> Iterator[str]:
    """The flags whose support compose() will ask for, in its order. More may come of the answers."""
    yield BUILD_ID
    if not exports_all(mode):
        yield EXPORT_MAIN
    yield UNUSED
    if options.compressdwarf:
        yield COMPRESS
    if no_pie(mode):
        yield NO_PIE[0]


def exports_all(mode: Mode) -> bool:
    return mode.dynlinking or mode.buildmode == "c-shared"


def no_pie(mode: Mode) -> bool:
    return mode.buildmode == "exe" and not mode.linkshared


def compose(
    options: Options,
    mode: Mode,
    compiler: Sequence[str],
    supports: Supports,
    *,
    build_id: bytes,
    exports: Sequence[str],
    objects: Sequence[str],
    shared: Sequence[str],
    ldflags: Sequence[str],
) -> list[str]:
    """The words that make `options.output` of the objects.

    `exports` are the names that dlopen'ed code may ask for, `shared` the Go libraries linked with, each
    before those it needs, `ldflags` what cgo directives say.
    """
    argv = [*compiler, *shape(options, mode)]
    if supports(BUILD_ID):
        if build_id:
            argv.append(f"-Wl,--build-id=0x{build_id.hex()}")
        elif options.host_buildid == "none":
            argv.append("-Wl,--build-id=none")
    argv += ("-o", options.output)
    if options.rpath:
        argv.append(f"-Wl,-rpath,{options.rpath}")
    if options.interpreter:
        argv.append(f"-Wl,--dynamic-linker,{options.interpreter}")
    if exports_all(mode) or not supports(EXPORT_MAIN):
        argv.append("-rdynamic")
    else:
        argv += (f"-Wl,--export-dynamic-symbol={name}" for name in sorted(exports, key=os.fsencode))
    argv += (flag for flag in (UNUSED,) if supports(flag))
    argv += (flag for flag in (COMPRESS,) if options.compressdwarf and supports(flag))
    argv += objects
    if mode.linkshared:
        argv += libraries(shared, options.rpath is not None)
    add(argv, ldflags)
    if no_pie(mode):
        argv += next(([flag] for flag in NO_PIE if supports(flag)), [])
    add(argv, options.extldflags)
    return argv


def shape(options: Options, mode: Mode) -> list[str]:
    """What the output is to be."""
    words = []
    if options.strip_symbols:
        words.append("-s")
    elif options.strip_dwarf:
        words.append("-Wl,-S")
    if mode.relro and mode.buildmode != "exe":
        words.append("-Wl,-z,relro")
    if mode.buildmode == "pie":
        words.append("-pie")
    elif mode.buildmode in ("c-shared", "shared", "plugin"):
        words.append("-shared")
    if mode.buildmode == "c-shared":
        # A Go runtime cannot be unloaded.
        words += ("-Wl,-z,nodelete", "-Wl,-Bsymbolic")
    if mode.dynlinking or options.bindnow:
        # Resolving a function at its first call takes more stack than Go may have left.
        words.append("-Wl,-z,now")
    if mode.dynlinking:
        # Types must stay where the runtime computes them to be.
        words.append("-Wl,-z,nocopyreloc")
    return words


def libraries(paths: Sequence[str], rpath_given: bool) -> list[str]:
    """How shared Go libraries are named: each directory and each library once."""
    words = []
    directories, names = set(), set()
    for path in paths:
        directory, base = path[: path.rfind("/") + 1], path[path.rfind("/") + 1 :]
        if directory not in directories:
            directories.add(directory)
            words.append("-L" + directory)
            if not rpath_given:
                words.append("-Wl,-rpath=" + directory)
        name = base.removesuffix(".so").removeprefix("lib")
        if name not in names:
            names.add(name)
            words.append("-l" + name)
    return words


def add(argv: list[str], flags: Sequence[str]) -> None:
    """Add a user's flags. After -static nothing may be there that only a dynamic program can have."""
    for flag in flags:
        argv.append(flag)
        if flag == "-static":
            for i, word in enumerate(argv):
                if word == "-rdynamic" or word.startswith("-Wl,--dynamic-linker,"):
                    argv[i] = "-static"


def response(argv: Sequence[str]) -> bytes:
    """The content of a response file that stands for all but the first word."""
    return "".join(go_quote(word) + "\n" for word in argv[1:]).encode("utf-8", "surrogateescape")
