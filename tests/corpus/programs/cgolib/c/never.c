// A member of the archive that nothing needs.
int never_called(void) { return 1; }
