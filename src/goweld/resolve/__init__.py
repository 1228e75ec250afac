"""Stage 2: one id per symbol; duplicates, linkname rules -> Symbols."""
