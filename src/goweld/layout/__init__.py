"""Stage 4: text, data and file layout -> TextLayout, Layout."""
