"""Stage 9: what identifies a build."""
