"""amd64's procedure linkage table, and other numbers of the psABI that dynamic linking needs."""

from __future__ import annotations

from goweld.arch.amd64_dynrel_kernel import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.content import Content

__all__ = ["rules"]

INTERPRETERS = ("/lib64/ld-linux-x86-64.so.2", "/lib/ld-musl-x86_64.so.1")  # the first that there is
PLT_HEAD = 16  # bytes before the first entry
PLT_ENTRY = 16
PLT_ENTSIZE = 16  # as the section header has it
GOT_PLT_HEAD = 24
R_JMP_SLOT = 7
# ELF's names of relocations, by type.
_NAMES = """
    NONE 64 PC32 GOT32 PLT32 COPY GLOB_DAT JMP_SLOT RELATIVE GOTPCREL 32 32S 16 PC16 8 PC8 DTPMOD64
    DTPOFF64 TPOFF64 TLSGD TLSLD DTPOFF32 GOTTPOFF TPOFF32 PC64 GOTOFF64 GOTPC32 GOT64 GOTPCREL64 GOTPC64
    GOTPLT64 PLTOFF64 SIZE32 SIZE64 GOTPC32_TLSDESC TLSDESC_CALL TLSDESC IRELATIVE RELATIVE64 PC32_BND
    PLT32_BND GOTPCRELX REX_GOTPCRELX
"""
RELOCATIONS = tuple("R_X86_64_" + name for name in _NAMES.split())


def start_plt(plt: Content, got: Content, dynamic: int) -> None:
    """The code that calls the dynamic linker, and the words it leaves in .got.plt (amd64.elfsetupplt)."""
    plt.data += b"\xff\x35"  # pushq 8(.got.plt)
    plt.relative(got.symbol, 8)
    plt.data += b"\xff\x25"  # jmpq *16(.got.plt)
    plt.relative(got.symbol, 16)
    plt.data += b"\x0f\x1f\x40\x00"  # nopl 0(AX)
    got.address(dynamic)
    got.data += bytes(16)


def add_plt(plt: Content, got: Content) -> None:
    """The code that jumps to a function: by way of .plt's start until it is known (amd64.addpltsym)."""
    number = (len(got) - GOT_PLT_HEAD) // 8
    plt.data += b"\xff\x25"  # jmpq *its word of .got.plt
    plt.relative(got.symbol, len(got))
    got.address(plt.symbol, len(plt))
    plt.data += b"\x68"  # pushq $number
    plt.number(number, 4)
    plt.data += b"\xe9"  # jmpq .plt
    plt.data += (-(len(plt) + 4)).to_bytes(4, "little", signed=True)
