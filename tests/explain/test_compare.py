"""compare names the section, the symbol and the field that differ, cause before consequence."""

from __future__ import annotations

from pathlib import Path

import pytest

from goweld.codec.elf_read import ElfFile
from goweld.explain.compare import first_difference, main
from goweld.explain.places import Places
from tests.explain.elfmaker import DATA_ADDR, TEXT_ADDR, Program, pack_u64, patched


def difference(tmp_path: Path, a: Program, b: Program) -> str:
    return first_difference(a.write(tmp_path / "a"), b.write(tmp_path / "b"))


def test_identical_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = Program().write(tmp_path / "a"), Program().write(tmp_path / "b")
    assert first_difference(a, b) == ""
    assert main([a, b]) == 0
    assert capsys.readouterr().out.startswith("identical: ")


def test_a_changed_byte_of_code_names_the_function(tmp_path: Path) -> None:
    other = Program(funcs=[("main.main", b"\x90" * 16), ("main.f", b"\xc3" * 3 + b"\xcc" + b"\xc3" * 12)])
    text = difference(tmp_path, Program(), other)
    assert text.startswith(f".text+0x13 (address {TEXT_ADDR + 0x13:#x}, file ")
    assert "main.f+0x3" in text.splitlines()[0]
    assert "1 of 32 bytes differ in .text" in text


def test_a_changed_pointer_names_both_targets(tmp_path: Path) -> None:
    one = Program(variables=[("main.p", pack_u64(TEXT_ADDR + 16)), ("main.b", b"B" * 8)])
    two = Program(variables=[("main.p", pack_u64(DATA_ADDR + 8)), ("main.b", b"B" * 8)])
    text = difference(tmp_path, one, two)
    assert f"word at {DATA_ADDR:#x}, A: {TEXT_ADDR + 16:#x} = main.f" in text
    assert f"word at {DATA_ADDR:#x}, B: {DATA_ADDR + 8:#x} = main.b" in text


def test_a_changed_call_names_both_targets(tmp_path: Path) -> None:
    def calling(target: int) -> Program:
        call = b"\xe8" + (target - TEXT_ADDR - 5).to_bytes(4, "little", signed=True)
        return Program(
            funcs=[("main.main", call.ljust(16, b"\x90")), ("main.f", b"\xc3" * 16), ("main.g", b"\xc3" * 16)]
        )

    text = difference(tmp_path, calling(TEXT_ADDR + 16), calling(TEXT_ADDR + 32))
    assert f"operand at {TEXT_ADDR + 1:#x}, A: {TEXT_ADDR + 16:#x} = main.f" in text
    assert f"operand at {TEXT_ADDR + 1:#x}, B: {TEXT_ADDR + 32:#x} = main.g" in text


def test_order_comes_before_bytes(tmp_path: Path) -> None:
    other = Program(funcs=[("main.f", b"\xc3" * 16), ("main.main", b"\x90" * 16)])
    text = difference(tmp_path, Program(), other)
    assert text.splitlines()[0] == ".text: symbol 0 by address: A main.main, B main.f"


def test_a_missing_symbol_is_named(tmp_path: Path) -> None:
    text = difference(tmp_path, Program(), Program(funcs=[("main.main", b"\x90" * 16)]))
    assert text.splitlines()[0] == ".text: symbol 1 by address: A main.f, B none"
    assert "1 only in A: main.f" in text


def test_a_size_comes_before_what_it_moves(tmp_path: Path) -> None:
    other = Program(funcs=[("main.main", b"\x90" * 24), ("main.f", b"\xc3" * 16)])
    text = difference(tmp_path, Program(), other)
    assert text.splitlines()[0] == ".text: main.main has another size: A 0x10, B 0x18"


def test_header_fields_are_named(tmp_path: Path) -> None:
    text = difference(tmp_path, Program(), Program(entry=TEXT_ADDR + 16))
    assert text == f"ELF header: e_entry A {TEXT_ADDR:#x} B {TEXT_ADDR + 16:#x}"


def test_symbol_fields_are_named(tmp_path: Path, copy: Path) -> None:
    path = Program().write(tmp_path / "a")
    table = ElfFile(path).by_name[".symtab"]
    other = patched(path, copy, table.sh_offset + 24 + 4, b"\x02")
    assert first_difference(path, other).splitlines()[0] == ".symtab[1] main.main: st_info A 0x12 B 0x2"


def test_strings_are_shown(tmp_path: Path) -> None:
    one, two = Program().write(tmp_path / "a"), tmp_path / "b"
    table = ElfFile(one).by_name[".shstrtab"]
    patched(one, two, table.sh_offset + table.sh_size - 5, b"X")
    assert "'.shstrtab'" in first_difference(one, str(two))


def test_stripped_against_not_stripped(tmp_path: Path) -> None:
    text = difference(tmp_path, Program(), Program(stripped=True))
    assert text.splitlines()[0] == "sections: only in A: ['.symtab', '.strtab'], only in B: none"


def test_bad_input_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = Program().write(tmp_path / "a")
    bad = tmp_path / "bad"
    for contents in (b"", b"#!/bin/sh\n", Path(good).read_bytes()[:200], b"\x7fELF\x01\x01" + bytes(100)):
        bad.write_bytes(contents)
        assert main([good, str(bad)]) == 2
        assert str(bad) in capsys.readouterr().err
    assert main([good, str(tmp_path / "absent")]) == 2


def test_a_shuffled_program(linked: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([linked["-w"], linked["-w -randlayout=7"]]) == 1
    assert capsys.readouterr().out.startswith(".text: symbol ")


@pytest.mark.parametrize("flags", ["-w", "-s -w"])
def test_fields_of_a_go_program(linked: dict[str, str], copy: Path, flags: str) -> None:
    elf = ElfFile(linked[flags])
    pclntab = Places(elf).pclntab
    module = Places(elf).module
    types = Places(elf).types
    assert pclntab and module and types
    table = elf.by_name[".gopclntab"]
    main_func = next(func for func in pclntab.funcs if func.name == "main.main")
    record = pclntab.functab + main_func.record
    expected = {
        table.sh_offset + 8: "pcheader.nfunc",
        table.sh_offset + record + 20: "func record of main.main: pcfile",
        table.sh_offset + record + 44: "func record of main.main: PCDATA_UnsafePoint",
        table.sh_offset + pclntab.tables["cutab"][0]: "cutab[0]",
        elf.by_name[".go.module"].sh_offset + 8 * 19: "moduledata.findfunctab",
        elf.by_name[".go.type"].sh_offset
        + types.descs[0].addr
        - types.base
        + 24: f"type:{types.descs[0].name} Equal",
        elf.by_name[".go.type"].sh_offset + types.itab_starts[0] - types.base + 8: "go:itab.",
        elf.by_name[".text"].sh_offset + main_func.entry_off + 3: "main.main+0x3",
    }
    for fileoff, where in expected.items():
        old = elf.data[fileoff]
        other = patched(linked[flags], copy, fileoff, bytes([old ^ 0xFF]))
        assert where in first_difference(linked[flags], other).splitlines()[0]


def test_every_type_has_its_name(linked: dict[str, str]) -> None:
    types = Places(ElfFile(linked["-w"])).types
    assert types
    names = [desc.name for desc in types.descs]
    assert names == sorted(names)
    assert "*errors.errorString" in names
    assert types.descs[-1].addr + types.descs[-1].size <= types.desc_end


def archive(path: Path, members: dict[str, bytes]) -> str:
    parts = [b"!<arch>\n"]
    for name, data in members.items():
        parts += [b"%-16s%-12d%-6d%-6d%-8o%-10d`\n" % (name.encode(), 0, 0, 0, 0o644, len(data)), data]
        parts += [b"\n" * (len(data) & 1)]
    path.write_bytes(b"".join(parts))
    return str(path)


def test_archives_are_compared_member_by_member(tmp_path: Path) -> None:
    one = Path(Program().write(tmp_path / "one")).read_bytes()
    changed = Program(funcs=[("main.main", b"\x90" * 16), ("main.f", b"\xcc" * 16)])
    two = Path(changed.write(tmp_path / "two")).read_bytes()
    a = archive(tmp_path / "a", {"go.o": one, "text": b"abc"})
    assert first_difference(a, archive(tmp_path / "b", {"go.o": two, "text": b"abc"})).startswith(
        "member go.o: .text+0x10 "
    )
    assert first_difference(a, archive(tmp_path / "b", {"go.o": one, "text": b"abd"})).startswith(
        "member text: 3 and 3 bytes, the first other at 0x2"
    )
    assert "A has 2, B has 1" in first_difference(a, archive(tmp_path / "b", {"go.o": one}))
