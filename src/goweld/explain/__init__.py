"""Reports about links and executables: how they differ, what they hold."""
