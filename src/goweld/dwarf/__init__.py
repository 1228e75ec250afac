"""Stage 6: debug information: types, units, lines, frames, ranges; compression."""
