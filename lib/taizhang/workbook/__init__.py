"""The workbook object: its tables, what was made and why, what a notebook opens."""
