"""arm64, as cmd/link (arm64.Init, arm64.archinit) and the ELF ABI for AArch64 have it."""

from __future__ import annotations

from goweld.arch import arm64_kernel
from goweld.arch.arch import Arch, Trampoline
from goweld.errors import LinkError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

VERSIONS = (*(f"v8.{minor}" for minor in range(10)), *(f"v9.{minor}" for minor in range(6)))


def level(environ: Mapping[str, str]) -> str:
    """GOARM64 as objects spell it: from 8.1 on, the atomics of LSE belong to every version."""
    version = environ.get("GOARM64") or VERSIONS[0]
    options = set()
    while version.endswith((",lse", ",crypto")):
        version, _, option = version.rpartition(",")
        options.add(option)
    if version not in VERSIONS:
        raise LinkError(
            "invalid GOARM64: must start with v8.{0-9} or v9.{0-5} and may optionally end in "
            '",lse" and/or ",crypto"'
        )
    if version != VERSIONS[0]:
        options.add("lse")
    return f"GOARM64={version}" + "".join("," + name for name in ("lse", "crypto") if name in options)


def instructions(*words: int) -> bytes:
    return b"".join(word.to_bytes(4, "little") for word in words)


def dynamic() -> ModuleType:
    from goweld.arch import arm64_dynamic

    return arm64_dynamic


ARCH = Arch(
    name="arm64",
    level=level,
    elf_machine=183,  # EM_AARCH64
    hosts=False,
    host_flags=(),
    round=0x10000,
    text_base=0x10000,
    func_align=16,
    code_pad=0,
    min_lc=4,
    call_size=0,
    call_operand=0,
    dwarf_sp=31,
    dwarf_lr=30,
    # adrp x0, target; add x0, x0, its offset in the page; b, with R_ADDRARM64 and R_CALLARM64
    registration=(instructions(0x90000000, 0x91000000, 0x14000000), ((0, 8, 3), (8, 4, 9))),
    trampoline=Trampoline(
        limit=0x7C00000,
        reach=1 << 27,
        # adrp x16, target; add x16, x16, its offset in the page; br x16
        code=instructions(0x90000010, 0x91000210, 0xD61F0200),
        reloc_type=3,  # R_ADDRARM64
        reloc_size=8,
    ),
    dynamic=dynamic,
    instructions=arm64_kernel.instructions(),
    messages=arm64_kernel.MESSAGES,
)
