"""arm64's procedure linkage table, and other numbers of its ELF ABI that dynamic linking needs."""

from __future__ import annotations

from goweld.arch.arm64_dynrel_kernel import rules

TYPE_CHECKING = False
if TYPE_CHECKING:
    from goweld.model.content import Content

__all__ = ["rules"]

INTERPRETERS = ("/lib/ld-linux-aarch64.so.1", "/lib/ld-musl-aarch64.so.1")  # the first that there is
PLT_HEAD = 32  # bytes before the first entry
PLT_ENTRY = 16
PLT_ENTSIZE = 4  # as the section header has it
R_JMP_SLOT = 1026  # R_AARCH64_JUMP_SLOT
R_ARM64_GOT, R_ARM64_PCREL = 35, 36
NOP = 0xD503201F


def start_plt(plt: Content, got: Content, dynamic: int) -> None:
    """The code that calls the dynamic linker, and the words it leaves in .got.plt (arm64.elfsetupplt)."""
    plt.number(0xA9BF7BF0, 4)  # stp x16, x30, [sp, #-16]!
    add_jump(plt, got, 16)
    plt.numbers(4, NOP, NOP, NOP)
    got.address(dynamic)
    got.data += bytes(16)


def add_plt(plt: Content, got: Content) -> None:
    """The code that jumps to a function: by way of .plt's start until it is known (arm64.addpltsym)."""
    add_jump(plt, got, len(got))
    got.address(plt.symbol)


def add_jump(plt: Content, got: Content, off: int) -> None:
    """Go where the word at `off` in .got.plt says; x16 is to hold that word's address."""
    for instruction, kind in (
        (0x90000010, R_ARM64_GOT),  # adrp x16
        (0xF9400211, R_ARM64_GOT),  # ldr x17, [x16]
        (0x91000210, R_ARM64_PCREL),  # add x16, x16
    ):
        plt.relocs.append((len(plt), 4, kind, off, got.symbol))
        plt.number(instruction, 4)
    plt.number(0xD61F0220, 4)  # br x17
