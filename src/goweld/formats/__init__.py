"""Stage 8: what is particular to an output format, a package each: its plan, symbol table and headers."""
