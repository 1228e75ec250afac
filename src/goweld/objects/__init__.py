"""Stage 1: the target, the import configuration, archives and objects -> Libraries, Objects."""
