"""Pure small-area statistics on arrays and Series; no file access."""
