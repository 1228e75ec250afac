"""Stage 7: contents with relocations applied -> the image."""
