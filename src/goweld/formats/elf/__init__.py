"""Stage 8, ELF: section and program headers, notes, symbol table."""
