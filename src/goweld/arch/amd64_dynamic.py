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
