"""workbook.toml and the files beside it, read and checked."""
