"""Stage 3: what is reachable from the program's entry -> Live."""
