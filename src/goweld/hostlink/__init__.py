"""Stage 10: the host linker, called through the C compiler, makes the output of our object."""
