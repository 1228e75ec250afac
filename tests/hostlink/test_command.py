"""Are the host linker's words those of go tool link?"""

from __future__ import annotations

from goweld.hostlink import command
from goweld.hostlink.compiler import trim
from goweld.model.mode import Mode
from goweld.model.options import Options


def compose(
    *, ldflags: tuple[str, ...] = (), plugins: bool = False, refused: tuple[str, ...] = (), **settings: object
) -> list[str]:
    options = Options()
    options.output = "out"
    for name, value in settings.items():
        setattr(options, name, value)
    return command.compose(
        options,
        Mode(options, external=True, cgo=True, plugins=plugins),
        ["cc", "-m64"],
        lambda flag: flag not in refused,
        build_id=b"\x12\xab",
        exports=["b", "a"],
        objects=["go.o", "000000.o"],
        shared=["/d/libstd.so", "/d/libx.so", "/e/libx.so"],
        ldflags=ldflags,
    )


def test_an_executable() -> None:
    assert compose(refused=("-Qunused-arguments",), ldflags=("-lm",), extldflags=["-O1"]) == [
        *("cc", "-m64", "-Wl,--build-id=0x12ab", "-o", "out"),
        *("-Wl,--export-dynamic-symbol=a", "-Wl,--export-dynamic-symbol=b"),
        *("-Wl,--compress-debug-sections=zlib", "go.o", "000000.o", "-lm", "-no-pie", "-O1"),
    ]


def test_a_linker_that_knows_little() -> None:
    refused = (*command.NO_PIE, command.BUILD_ID, command.EXPORT_MAIN, command.UNUSED, command.COMPRESS)
    assert compose(refused=refused) == ["cc", "-m64", "-o", "out", "-rdynamic", "go.o", "000000.o"]


def test_clang_spells_it_differently() -> None:
    assert compose(refused=("-no-pie",))[-1] == "-nopie"


def test_static_takes_back_what_is_dynamic() -> None:
    words = compose(refused=(command.EXPORT_MAIN,), interpreter="/ld.so", extldflags=["-static"])
    assert "-rdynamic" not in words
    assert not any("dynamic-linker" in word for word in words)
    assert words.count("-static") == 3


def test_stripping() -> None:
    assert compose(strip_symbols=True, strip_dwarf=True)[2] == "-s"
    assert compose(strip_dwarf=True)[2] == "-Wl,-S"


def test_build_modes() -> None:
    assert compose(buildmode="pie")[2:4] == ["-Wl,-z,relro", "-pie"]
    assert compose(buildmode="c-shared")[2:6] == [
        *("-Wl,-z,relro", "-shared", "-Wl,-z,nodelete", "-Wl,-Bsymbolic"),
    ]
    for mode in "plugin", "shared":
        words = compose(buildmode=mode)
        assert words[2:6] == ["-Wl,-z,relro", "-shared", "-Wl,-z,now", "-Wl,-z,nocopyreloc"]
        assert "-rdynamic" in words
    assert compose(plugins=True)[2:4] == ["-Wl,-z,now", "-Wl,-z,nocopyreloc"]
    assert compose(bindnow=True)[2] == "-Wl,-z,now"


def test_shared_libraries_are_named_once() -> None:
    words = compose(linkshared=True)
    at = words.index("000000.o") + 1
    assert words[at:] == ["-L/d/", "-Wl,-rpath=/d/", "-lstd", "-lx", "-L/e/", "-Wl,-rpath=/e/"]
    words = compose(linkshared=True, rpath="/r")
    assert "-Wl,-rpath,/r" in words
    assert words[words.index("000000.o") + 1 :] == ["-L/d/", "-lstd", "-lx", "-L/e/"]


def test_an_id_or_none() -> None:
    options = Options()
    options.host_buildid = "none"
    words = command.compose(
        options,
        Mode(options, external=True, cgo=True, plugins=False),
        ["cc"],
        lambda flag: True,
        build_id=b"",
        exports=[],
        objects=[],
        shared=[],
        ldflags=[],
    )
    assert "-Wl,--build-id=none" in words


def test_questions_are_asked_with_what_matters() -> None:
    flags = [
        "-L",
        "/l",
        "-lm",
        "-l",
        "m",
        "-O2",
        "x.o",
        "",
        "-Wl,-rpath",
        "r",
        "-fuse-ld=gold",
        "-g",
        "-nostdlib++",
    ]
    assert trim(flags) == ["-L", "/l", "-fuse-ld=gold", "-nostdlib++"]


def test_a_response_file_quotes_each_word() -> None:
    assert command.response(["cc", "-o", 'a "b"', "c\\d"]) == b'"-o"\n"a \\"b\\""\n"c\\\\d"\n'
