"""The headers are what the real linker writes over the same layout."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from goweld.buildid import gnu, go
from goweld.codec import elf
from goweld.codec.elf_read import ElfFile
from goweld.errors import LinkError
from goweld.formats.elf.sections import SectionHeaders
from goweld.formats.elf.write import HEADR, Headers, Note, plan
from goweld.model.layout import Layout, Section, Segment
from tests.formats.conftest import BUILD_ID, Reference, Refusal
from tests.formats.finished import layout_of


def notes(go_build_id: str = BUILD_ID, host_build_id: str = "gobuildid") -> list[Note]:
    id = gnu.build_id(host_build_id, go_build_id)
    found = [Note(gnu.SECTION, gnu.gnu_note(id))] if id else []
    return found + ([Note(go.SECTION, go.go_note(go_build_id))] if go_build_id else [])


def check(path: Path, wanted: list[Note], *, strip: bool = False, round: int = 4096) -> None:
    """Write the headers of a finished file anew and compare."""
    read = ElfFile(str(path))
    content = path.read_bytes()
    headers = plan(layout_of(read, round), machine=elf.EM_X86_64, round=round, notes=wanted, strip=strip)
    entry = read.header["e_entry"]
    sizes = {}
    if not strip:
        symtab, strtab = read.by_name[".symtab"], read.by_name[".strtab"]
        sizes = {"symtab_size": symtab.sh_size, "strtab_size": strtab.sh_size, "first_global": symtab.sh_info}
        assert headers.tail_fileoff == symtab.sh_offset
    names = headers.tail_fileoff + sizes.get("symtab_size", 0) + sizes.get("strtab_size", 0)
    assert content[names:] == headers.section_names
    assert headers.first_page(entry, **sizes) == content[:HEADR]


@pytest.mark.parametrize("flags", [("-w",), (), ("-compressdwarf=false",)], ids=str)
def test_an_executable(reference: Reference, flags: tuple[str, ...]) -> None:
    check(reference(*flags), notes())


def test_without_symbols(reference: Reference) -> None:
    check(reference("-s", "-w"), notes(), strip=True)


def test_debug_sections_without_symbols(reference: Reference) -> None:
    check(reference("-s", "-w=0"), notes(), strip=True)


@pytest.mark.parametrize("id", ["none", "0x", "0x12", "0x" + "ab" * 32])
def test_host_build_ids(reference: Reference, id: str) -> None:
    check(reference("-w", "-B", id), notes(host_build_id=id))


def test_no_build_id_at_all(reference: Reference) -> None:
    check(reference("-w", "-buildid="), notes("", ""))


@pytest.mark.parametrize("id", ["x", "four", "a/b/ü"])
def test_notes_are_padded(reference: Reference, id: str) -> None:
    check(reference("-w", "-buildid=" + id), notes(id))


@pytest.mark.parametrize("addr", ["0x500000", "0x401100", "0x1000", "0"])
def test_text_address(reference: Reference, addr: str) -> None:
    check(reference("-w", "-T", addr), notes())


def test_rounding(reference: Reference) -> None:
    check(reference("-w", "-R", "0x10000"), notes(), round=0x10000)
    check(reference("-w", "-R", "0x10000", "-T", "0x601000"), notes(), round=0x10000)


def test_data_address(reference: Reference) -> None:
    check(reference("-w", "-D", "0x2000000"), notes())


def test_headers_that_do_not_fit(reference: Reference, refusal: Refusal) -> None:
    id = "x" * 2600
    read = ElfFile(str(reference("-w")))
    with pytest.raises(LinkError) as refused:
        plan(layout_of(read, 4096), machine=elf.EM_X86_64, round=4096, notes=notes(id), strip=False)
    assert not refused.value.prefixed
    assert str(refused.value) == refusal("-w", "-buildid=" + id)


def small_layout() -> Layout:
    """A program with everything the headers know by name."""
    layout = Layout(Segment("text", 5))
    for segment, names in (
        (layout.text, [".text"]),
        (layout.rodata, [".rodata"]),
        (layout.relro, [".data.rel.ro"]),
        (layout.data, [".init_array", ".data", ".bss", ".tbss"]),
        (layout.dwarf, [".debug_line"]),
    ):
        for name in names:
            section = Section(name, segment, segment.rwx, len(layout.sections))
            segment.sections.append(section)
            layout.sections.append(section)
    addr, fileoff = 0x401000, 0x1000
    for segment in (layout.text, layout.rodata, layout.relro, layout.data, layout.dwarf):
        segment.vaddr, segment.fileoff = addr, fileoff
        for section in segment.sections:
            section.vaddr, section.length = addr, 16
            addr += 16
        segment.length = segment.filelen = addr - segment.vaddr
        addr, fileoff = addr + 4096 & -4096, fileoff + 4096
    layout.data.filelen = 32
    layout.data.sections[3].vaddr = 0
    return layout


def small_plan() -> Headers:
    return plan(small_layout(), machine=elf.EM_X86_64, round=4096, notes=[], strip=True)


def test_kinds_of_sections() -> None:
    found = {header.name: header for header in small_plan().sections.headers}
    write = elf.SHF_ALLOC | elf.SHF_WRITE
    assert (found[".text"].type, found[".text"].flags) == (1, elf.SHF_ALLOC | elf.SHF_EXECINSTR)
    assert (found[".init_array"].type, found[".init_array"].flags) == (elf.SHT_INIT_ARRAY, write)
    assert (found[".bss"].type, found[".bss"].flags) == (elf.SHT_NOBITS, write)
    assert (found[".debug_line"].type, found[".debug_line"].flags, found[".debug_line"].addr) == (1, 0, 0)
    tls = found[".tbss"]
    assert (tls.type, tls.flags, tls.addr, tls.offset) == (elf.SHT_NOBITS, write | elf.SHF_TLS, 0, 0)


def test_what_is_relocated_first_and_then_protected() -> None:
    relro = [header for header in small_plan().phdrs if header.vaddr == small_layout().relro.vaddr]
    assert [header.type for header in relro] == [elf.PT_LOAD, elf.PT_GNU_RELRO]
    assert [header.flags for header in relro] == [elf.PF_R | elf.PF_W, elf.PF_R]


def test_loaded_sections_come_first_by_address_and_size() -> None:
    headers = small_plan()
    names = [header.name for header in headers.sections.headers]
    assert names == (
        ["", ".tbss", ".text", ".rodata", ".data.rel.ro", ".init_array", ".data", ".bss", ".debug_line"]
        + [".shstrtab"]
    )
    by_index = struct.unpack(f"<{len(headers.numbers) // 2}H", headers.numbers)
    assert by_index[0] == 0
    for section in small_layout().sections[1:]:
        assert section and names[by_index[section.index]] == section.name


def test_a_relocation_section_shares_its_name_with_what_it_relocates() -> None:
    sections = SectionHeaders()
    for name in (".text", ".rela.text", ".data", ".rela"):
        sections.named(name)
    sections.settle()
    assert sections.strings == b"\0.rela.text\0.rela\0.data\0"
    strings = {header.name: sections.strings[header.name_offset :] for header in sections.headers}
    assert all(found.startswith(name.encode() + b"\0") for name, found in strings.items())
