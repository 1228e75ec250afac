"""amd64, as cmd/link (amd64.Init, amd64.archinit) and the ELF psABI have it."""

from __future__ import annotations

ELF_MACHINE = 62  # EM_X86_64
ROUND = 4096  # -R: what segments start at multiples of
TEXT_BASE = 0x400000  # where the file is mapped; text comes one page later
FUNC_ALIGN = 32
CODE_PAD = 0xCC  # int3: what lies between functions must not run
HOST_FLAGS = ("-m64",)  # how a C compiler is told (ld.hostlinkArchArgs)
TLS_OFFSET = -8  # ELF keeps thread-local storage below the thread pointer
# How a module passes its module data to runtime.addmoduledata (amd64.gentext): lea rdi, [rip]; call; ret.
REGISTER = b"\x48\x8d\x3d\0\0\0\0\xe8\0\0\0\0\xc3"
REGISTER_PLACES = (3, 8)  # where the two are named
