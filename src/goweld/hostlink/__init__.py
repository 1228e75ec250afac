"""External linking: the host linker, reached through the C compiler, makes the output of the object we wrote."""
