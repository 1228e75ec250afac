"""amd64, as cmd/link (amd64.Init, amd64.archinit) and the ELF psABI have it."""

from __future__ import annotations

from goweld.arch.arch import Arch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType


LEVELS = ("v1", "v2", "v3", "v4")


def level(environ: Mapping[str, str]) -> str:
    """GOAMD64; what is no level counts as the first (buildcfg forgets that error)."""
    value = environ.get("GOAMD64")
    return f"GOAMD64={value if value in LEVELS else LEVELS[0]}"


def dynamic() -> ModuleType:
    from goweld.arch import amd64_dynamic

    return amd64_dynamic


ARCH = Arch(
    name="amd64",
    level=level,
    elf_machine=62,  # EM_X86_64
    hosts=True,
    host_flags=("-m64",),
    round=4096,
    text_base=0x400000,
    func_align=32,
    code_pad=0xCC,  # int3: what lies between functions must not run
    min_lc=1,
    call_size=8,
    call_operand=1,
    dwarf_sp=7,
    dwarf_lr=16,
    # lea rdi, [rip]; call; ret, with R_PCREL and R_CALL
    registration=(b"\x48\x8d\x3d\0\0\0\0\xe8\0\0\0\0\xc3", ((3, 4, 14), (8, 4, 7))),
    dynamic=dynamic,
    host_relocations=bytes({1: 8, 2: 4, 4: 4, 9: 4, 24: 8, 41: 4, 42: 4}.get(i, 0) for i in range(256)),
)
