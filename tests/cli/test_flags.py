"""The command line is cmd/link's: the same values, and the same refusals in the same words."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from goweld.cli.flags import FLAGS, UsageError, VersionRequest, parse, parse_int, split_quoted
from goweld.cli.response import split_response
from goweld.errors import LinkError
from goweld.model.options import Options

from .conftest import Run


def options(*words: str) -> Options:
    return parse([*words, "main.a"], "link").options


def test_what_go_build_passes() -> None:
    given = ["-o", "a.out", "-importcfg", "cfg", "-buildmode=exe", "-buildid=x/y", "-X=p.v=1", "-w"]
    given.append("-extld=gcc -m64")
    line = parse([*given, "main.a"], "/go/link")
    assert line.arguments == [*given, "main.a"]
    assert line.arguments[line.flags_end :] == ["main.a"]
    found = line.options
    assert (found.output, found.importcfg, found.buildmode, found.buildid) == ("a.out", "cfg", "exe", "x/y")
    assert found.extld == ["gcc", "-m64"]
    assert found.definitions == ["p.v=1"]
    assert found.host_buildid == "gobuildid"
    assert found.strip_dwarf and not found.strip_symbols
    assert found.program == "/go/link"
    assert found.arguments == ["main.a"]


def test_every_flag_has_a_field_of_its_own_but_for_those_without_effect() -> None:
    fields = [field for name, (_, field, _) in FLAGS.items() if name not in ("V", "a", "n")]
    assert len(set(fields)) == len(fields)
    assert set(fields) <= set(Options.__slots__)


def test_unset_is_what_cmd_link_assumes() -> None:
    found = options()
    assert (found.output, found.buildmode, found.linkmode, found.host_buildid) == ("a.out", "exe", "auto", "")
    assert (found.text_addr, found.data_addr, found.round) == (-1, -1, -1)
    assert found.compressdwarf and found.checklinkname and found.pruneweakmap and found.aslr
    assert not found.strip_dwarf


@pytest.mark.parametrize(
    ("words", "dwarf", "symbols"),
    [
        (["-s"], True, True),
        (["-s", "-w=0"], False, True),
        (["-w=false", "-s"], False, True),
        (["-w"], True, False),
        (["-w", "-w=0"], False, False),
    ],
)
def test_s_implies_w_unless_w_is_set(words: list[str], dwarf: bool, symbols: bool) -> None:
    assert options(*words).strip_dwarf is dwarf
    assert options(*words).strip_symbols is symbols


def test_definitions_know_where_importcfg_stood() -> None:
    found = options("-X", "a.b=1", "-importcfg=c", "-X=d.e=", "-X=a.b=2=3")
    assert found.definitions == ["a.b=1", "d.e=", "a.b=2=3"]
    assert found.definitions_before_importcfg == 1


def test_v_counts() -> None:
    assert options("-v", "-v").verbose == 2
    assert options("-v", "-v=7", "-v").verbose == 8
    assert options("-v", "-v=false").verbose == 0


def test_two_dashes_and_the_end_of_flags() -> None:
    line = parse(["--o=x", "--", "-w"], "link")
    assert line.options.output == "x"
    assert line.options.arguments == ["-w"]
    assert line.arguments[: line.flags_end] == ["--o=x"]


def test_own_flags_are_kept_from_the_real_linker() -> None:
    line = parse(["-time", "-w", "--strict", "-trace", "t", "x.a"], "link", own_flags=True)
    assert line.options.time and line.strict and line.options.trace == "t"
    assert line.arguments == ["-w", "x.a"]
    with pytest.raises(UsageError, match="flag provided but not defined: -time"):
        parse(["-time", "x.a"], "link")


def test_version_ends_parsing() -> None:
    with pytest.raises(VersionRequest, match="full"):
        parse(["-w", "-V=full", "-nonsense"], "link")


def test_mac_versions() -> None:
    assert options("-macos=12.1").macos == (12, 1, 0)
    assert options("-macsdk=11").macsdk == (11, 0, 0)


BAD = [
    ["-nonsense", "x.a"],
    ["--nonsense=3", "x.a"],
    ["---w", "x.a"],
    ["-=w", "x.a"],
    ["-o"],
    ["-s=maybe", "x.a"],
    ["-w=maybe", "x.a"],
    ["-v=1_0", "x.a"],
    ["-v=x", "x.a"],
    ["-T", "wide", "x.a"],
    ["-T=0x8000000000000000", "x.a"],
    ["-strictdups=", "x.a"],
    ["-buildmode=exec", "x.a"],
    ["-buildmode=archive", "x.a"],
    ["-linkmode", 'a"b\tc\u00e9', "x.a"],
    ["-extld='gcc", "x.a"],
    ["-macos=1.2.3.4", "x.a"],
    ["-macsdk=256", "x.a"],
    ["-X", "novalue", "x.a"],
    ["-X", "nodot=1", "x.a"],
    ["-H=elf", "x.a"],
    ["-aslr=false", "x.a"],
    ["-R=4095", "x.a"],
    ["-R=0x3000", "x.a"],
    ["-R=-5", "x.a"],
    ["-funcalign=12", "x.a"],
    ["-B=gobuildid", "x.a"],
    ["-B=1234", "x.a"],
    ["-B=0x123", "x.a"],
    ["-B=0x12g4", "x.a"],
    ["-B=0x" + "00" * 33, "x.a"],
    ["-benchmark=disk", "x.a"],
    ["-help"],
    ["-h"],
    [],
    ["x.a", "y.a"],
    ["@missing"],
    ["@."],
    ["-crash_for_testing"],
    ["x.a", "-crash_for_testing"],
]


@pytest.mark.parametrize("words", BAD, ids=" ".join)
def test_refusals_are_cmd_links(words: list[str], real_linker: Path, goweld: Run, tmp_path: Path) -> None:
    real = subprocess.run(
        ["link", *words], executable=real_linker, cwd=tmp_path, env={}, capture_output=True, text=True
    )
    ours = goweld("link", *words, GOWELD_STRICT="1")
    assert (ours.returncode, ours.stdout) == (real.returncode, real.stdout)
    first = real.stderr.split("\n")[0]
    assert ours.stderr.split("\n")[0] == first
    assert ("\n  -" in ours.stderr) == ("\n  -" in real.stderr), "one prints its usage"


NUMBERS = (
    "12 +12 -12 014 0o14 0b1100 0xC 0XC 0x_c 1_2 1__2 _12 12_ 08 00014 0_14 - + 12. ١٢ 0x 9223372036854775808"
)


@pytest.mark.parametrize("text", [*NUMBERS.split(), "", " 12", "12 "])
def test_numbers_are_read_as_go_reads_them(text: str, real_linker: Path, tmp_path: Path) -> None:
    words = [f"-funcalign={text}", "x.a"]
    real = subprocess.run(
        ["link", *words], executable=real_linker, cwd=tmp_path, env={}, capture_output=True, text=True
    )
    try:
        found = f"link: invalid -funcalign value {parse_int(text)}"
    except ValueError as error:
        found = f'invalid value "{text}" for flag -funcalign: {error}'
    assert real.stderr.split("\n")[0] == found


def test_decimal_numbers_take_no_prefix() -> None:
    assert parse_int("010", base=10) == 10
    for text in ("0x10", "1_0", "", "9223372036854775808"):
        with pytest.raises(ValueError):
            parse_int(text, base=10)


def test_quoted_fields() -> None:
    assert split_quoted(" a 'b c'\t\"d'e\" f'g ") == ["a", "b c", "d'e", "f'g"]
    assert split_quoted("'a'b") == ["a", "b"]
    assert split_quoted("") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b\tc\r\nd\n", ["a", "b", "c", "d"]),
        ("'a b' \"c d\"e", ["a b", "c de"]),
        ("'' \"\"", ["", ""]),
        (r"'a\b' a\ b \"", [r"a\b", "a b", '"']),
        (r'"a\"b\\c\$d\`e\f"', [r'a"b\c$d`e\f']),
        ("a\\\nb \"c\\\nd\" 'e\\\nf'", ["ab", "cd", "e\\\nf"]),
        ('a\\\r\nb "c\\\r\nd"', ["ab", "cd"]),
        ("a\\", ["a"]),
        ("'open", ["open"]),
        ("\\", []),
    ],
)
def test_response_files_are_quoted_as_gcc_quotes(text: str, words: list[str]) -> None:
    assert split_response(text) == words


def test_response_files_name_others(tmp_path: Path) -> None:
    (tmp_path / "inner").write_text("-w 'a b.a'")
    (tmp_path / "outer").write_text(f"-o x @{tmp_path}/inner")
    line = parse([f"@{tmp_path}/outer"], "link")
    assert line.arguments == ["-o", "x", "-w", "a b.a"]
    assert line.options.arguments == ["a b.a"]


def test_undecodable_paths_survive(tmp_path: Path) -> None:
    (tmp_path / "words").write_bytes(b"-w \xff.a")
    assert parse([f"@{tmp_path}/words"], "link").options.arguments == ["\udcff.a"]


def test_a_missing_response_file_is_fatal() -> None:
    with pytest.raises(LinkError, match="open gone: no such file or directory") as caught:
        parse(["@gone"], "link")
    assert caught.value.status == 1
