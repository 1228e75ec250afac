"""The shape of an architecture's numbers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType

    from goweld.arch.instructions_kernel import Instructions

    Place = tuple[int, int, int]


class Trampoline:
    """What stands between a call and a function that it cannot reach.

    limit: bytes of text up to which no call is too far; reach: a call's operand is in [-reach, reach).
    code: its instructions; one relocation (offset 0, reloc_size bytes, reloc_type) leads to the function.
    """

    __slots__ = ("limit", "reach", "code", "reloc_type", "reloc_size")

    def __init__(self, *, limit: int, reach: int, code: bytes, reloc_type: int, reloc_size: int) -> None:
        self.limit = limit
        self.reach = reach
        self.code = code
        self.reloc_type = reloc_type
        self.reloc_size = reloc_size


class Arch:
    """One architecture.

    level: environment -> the variable that selects a variant, with its value (buildcfg.GOGOARCH).
    elf_machine: e_machine.
    hosts: whether Goweld knows how to link its host objects, or for its host linker.
    host_flags: how a C compiler is told (ld.hostlinkArchArgs).
    round, text_base: defaults of -R, and where the file is mapped unless -T says otherwise.
    func_align, code_pad: how functions are aligned, and the byte between them.
    min_lc: the least instruction's length, which program counter tables count in (sys.Arch.MinLC).
    call_size: bytes that a call pushes; 0 where it puts the return address into a register.
    call_operand: bytes of a call instruction before those that its relocation fills.
    dwarf_sp, dwarf_lr: DWARF's numbers of the stack pointer and of where the return address is.
    registration: what passes a module's data to runtime.addmoduledata: the code, and offset, size and type of
        the relocations that name the two.
    trampoline: None where calls reach everything.
    dynamic: loads the module with what only dynamic linking needs; None where there is none.
    instructions: applies the relocations that only this architecture has; None where there are none.
    host_relocations: how many bytes a host object's relocation patches, by its ELF type; 0 where no such type
        is linked (loadelf.relSize).
    messages: what `instructions` may find wrong, by its code, with `value` and `low`, its last 12 bits.
    """

    __slots__ = (
        "name",
        "level",
        "elf_machine",
        "hosts",
        "host_flags",
        "round",
        "text_base",
        "func_align",
        "code_pad",
        "min_lc",
        "call_size",
        "call_operand",
        "dwarf_sp",
        "dwarf_lr",
        "registration",
        "trampoline",
        "dynamic",
        "host_relocations",
        "instructions",
        "messages",
    )

    def __init__(
        self,
        *,
        name: str,
        level: Callable[[Mapping[str, str]], str],
        elf_machine: int,
        hosts: bool,
        host_flags: tuple[str, ...],
        round: int,
        text_base: int,
        func_align: int,
        code_pad: int,
        min_lc: int,
        call_size: int,
        call_operand: int,
        dwarf_sp: int,
        dwarf_lr: int,
        registration: tuple[bytes, tuple[Place, Place]],
        trampoline: Trampoline | None = None,
        dynamic: Callable[[], ModuleType] | None = None,
        host_relocations: bytes = bytes(256),
        instructions: Instructions | None = None,
        messages: Mapping[int, str] | None = None,
    ) -> None:
        self.name = name
        self.level = level
        self.elf_machine = elf_machine
        self.hosts = hosts
        self.host_flags = host_flags
        self.round = round
        self.text_base = text_base
        self.func_align = func_align
        self.code_pad = code_pad
        self.min_lc = min_lc
        self.call_size = call_size
        self.call_operand = call_operand
        self.dwarf_sp = dwarf_sp
        self.dwarf_lr = dwarf_lr
        self.registration = registration
        self.trampoline = trampoline
        self.dynamic = dynamic
        self.host_relocations = host_relocations
        self.instructions = instructions
        self.messages = messages or {}
