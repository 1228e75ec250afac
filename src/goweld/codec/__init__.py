"""File formats: bytes to values and back.  Nothing here knows of linking."""
