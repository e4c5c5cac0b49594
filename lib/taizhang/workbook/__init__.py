"""The workbook object that a notebook opens: its tables, and an account of what was read."""
