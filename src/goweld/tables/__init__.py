"""Stage 5: the tables the runtime lives on: init tasks, strings, pclntab, moduledata, types, FIPS."""
