""".debug_abbrev: the shapes of the DIEs of compiler and linker (cmd/internal/dwarf.Abbrevs)."""

from __future__ import annotations

# Tags, attributes and forms by their names in the standard, Go's own attributes from go_kind on.
TAGS = {
    "array_type": 0x01,
    "formal_parameter": 0x05,
    "lexical_block": 0x0B,
    "member": 0x0D,
    "pointer_type": 0x0F,
    "compile_unit": 0x11,
    "structure_type": 0x13,
    "subroutine_type": 0x15,
    "typedef": 0x16,
    "unspecified_parameters": 0x18,
    "inlined_subroutine": 0x1D,
    "subrange_type": 0x21,
    "base_type": 0x24,
    "constant": 0x27,
    "subprogram": 0x2E,
    "variable": 0x34,
    "unspecified_type": 0x3B,
}
ATTRIBUTES = {
    "location": 0x02,
    "name": 0x03,
    "byte_size": 0x0B,
    "stmt_list": 0x10,
    "low_pc": 0x11,
    "high_pc": 0x12,
    "language": 0x13,
    "comp_dir": 0x1B,
    "const_value": 0x1C,
    "inline": 0x20,
    "producer": 0x25,
    "abstract_origin": 0x31,
    "count": 0x37,
    "data_member_location": 0x38,
    "decl_file": 0x3A,
    "decl_line": 0x3B,
    "encoding": 0x3E,
    "external": 0x3F,
    "frame_base": 0x40,
    "type": 0x49,
    "variable_parameter": 0x4B,
    "ranges": 0x55,
    "trampoline": 0x56,
    "call_file": 0x58,
    "call_line": 0x59,
    "addr_base": 0x73,
    "go_kind": 0x2900,
    "go_key": 0x2901,
    "go_elem": 0x2902,
    "go_embedded_field": 0x2903,
    "go_runtime_type": 0x2904,
    "go_package_name": 0x2905,
    "go_dict_index": 0x2906,
    "go_closure_offset": 0x2907,
}
FORMS = {
    "addr": 0x01,
    "data4": 0x06,
    "string": 0x08,
    "block1": 0x0A,
    "data1": 0x0B,
    "flag": 0x0C,
    "sdata": 0x0D,
    "udata": 0x0F,
    "ref_addr": 0x10,
    "sec_offset": 0x17,
    "addrx": 0x1B,
}
# Function addresses are numbers of .debug_addr entries in DWARF 5, and their ends are lengths.
PC_FORMS = {4: {"lo": "addr", "hi": "addr"}, 5: {"lo": "addrx", "hi": "udata"}}

# A line is an entry, numbered from 1: its tag, "+" where it has children, then attributes with their forms.
# "@" before an attribute: only in DWARF 5.
ENTRIES = """
compile_unit + name:string language:data1 stmt_list:sec_offset low_pc:addr ranges:sec_offset comp_dir:string \
producer:string go_package_name:string @addr_base:sec_offset
compile_unit + name:string language:data1 comp_dir:string producer:string go_package_name:string
subprogram + name:string low_pc:lo high_pc:hi frame_base:block1 decl_file:data4 decl_line:udata external:flag
subprogram + name:string low_pc:lo high_pc:hi frame_base:block1 trampoline:flag
subprogram + name:string inline:data1 decl_line:udata external:flag
subprogram + abstract_origin:ref_addr low_pc:lo high_pc:hi frame_base:block1
subprogram + abstract_origin:ref_addr low_pc:lo high_pc:hi frame_base:block1 trampoline:flag
inlined_subroutine + abstract_origin:ref_addr low_pc:lo high_pc:hi call_file:data4 call_line:udata
inlined_subroutine + abstract_origin:ref_addr ranges:sec_offset call_file:data4 call_line:udata
variable - name:string location:block1 type:ref_addr external:flag
constant - name:string type:ref_addr const_value:sdata
lexical_block + ranges:sec_offset
lexical_block + low_pc:addr high_pc:addr
member - name:string data_member_location:udata type:ref_addr go_embedded_field:flag
formal_parameter - type:ref_addr
formal_parameter - variable_parameter:flag type:ref_addr
unspecified_parameters -
subrange_type - type:ref_addr count:udata
unspecified_type - name:string
base_type - name:string encoding:data1 byte_size:data1 go_kind:data1 go_runtime_type:addr
array_type + name:string type:ref_addr byte_size:udata go_kind:data1 go_runtime_type:addr
typedef - name:string type:ref_addr go_kind:data1 go_runtime_type:addr go_elem:ref_addr
subroutine_type + name:string byte_size:udata go_kind:data1 go_runtime_type:addr
typedef + name:string type:ref_addr go_kind:data1 go_runtime_type:addr
typedef - name:string type:ref_addr go_kind:data1 go_runtime_type:addr go_key:ref_addr go_elem:ref_addr
pointer_type - name:string type:ref_addr go_kind:data1 go_runtime_type:addr
pointer_type - name:string go_runtime_type:addr
structure_type + name:string byte_size:udata go_kind:data1 go_runtime_type:addr go_elem:ref_addr
structure_type + name:string byte_size:udata go_kind:data1 go_runtime_type:addr
structure_type + name:string byte_size:udata go_kind:data1 go_runtime_type:addr
typedef - name:string type:ref_addr
typedef - name:string type:ref_addr go_dict_index:udata
variable - name:string decl_line:udata type:ref_addr
formal_parameter - name:string variable_parameter:flag type:ref_addr
variable - abstract_origin:ref_addr location:sec_offset
variable - abstract_origin:ref_addr location:block1
variable - name:string decl_line:udata type:ref_addr go_closure_offset:udata location:sec_offset
variable - name:string decl_line:udata type:ref_addr go_closure_offset:udata location:block1
variable - name:string decl_line:udata type:ref_addr location:sec_offset
variable - name:string decl_line:udata type:ref_addr location:block1
formal_parameter - abstract_origin:ref_addr location:sec_offset
formal_parameter - abstract_origin:ref_addr location:block1
formal_parameter - name:string variable_parameter:flag decl_line:udata type:ref_addr go_closure_offset:udata \
location:sec_offset
formal_parameter - name:string variable_parameter:flag decl_line:udata type:ref_addr go_closure_offset:udata \
location:block1
formal_parameter - name:string variable_parameter:flag decl_line:udata type:ref_addr location:sec_offset
formal_parameter - name:string variable_parameter:flag decl_line:udata type:ref_addr location:block1
"""


def table(version: int) -> bytes:
    """The content of .debug_abbrev for DWARF `version` (dwarf.GetAbbrev)."""
    pc_forms = PC_FORMS[version]
    out = bytearray()
    for number, line in enumerate(ENTRIES.strip().splitlines(), 1):
        tag, children, *attributes = line.split()
        out += bytes((number, TAGS[tag], children == "+"))
        for attribute in attributes:
            name, form = attribute.split(":")
            if name.startswith("@"):
                if version < 5:
                    continue
                name = name[1:]
            out += uleb128(ATTRIBUTES[name])
            out.append(FORMS[pc_forms.get(form, form)])
        out += b"\0\0"
    return bytes(out) + b"\0"


def uleb128(value: int) -> bytes:
    """An unsigned number as DWARF writes it."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
