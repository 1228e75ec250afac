# What came of applying a relocation.

cdef enum:
    NOTHING = -1              # there is nothing to apply
    OK = 0
    WHY_CORRUPT = 1
    WHY_BOUNDS = 2            # the relocation lies outside its symbol
    WHY_UNDEFINED = 3
    WHY_UNREACHABLE = 4
    WHY_UNKNOWN_TYPE = 5
    WHY_SIZE = 6
    WHY_PCREL_TOO_BIG = 7
    WHY_TOO_BIG = 8
    WHY_ADDRESS_TOO_BIG = 9
    WHY_NO_SECTION = 10
    WHY_PHASE = 11            # symbols overlap or do not ascend
    WHY_BUILTIN = 12
    WHY_NO_SLOT = 13          # of a function that .debug_addr does not list
    WHY_NO_NAME = 14          # of a symbol that the host linker would not know
    WHY_NO_ELF_TYPE = 15      # a relocation that ELF does not have
    WHY_IMPORT = 16           # only the dynamic linker knows the target
    WHY_TLS = 17              # a thread-local reference that this program cannot make
    WHY_OWN = 100             # from here on an architecture's own: Arch.messages
