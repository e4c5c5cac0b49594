"""JupyterLab on a workbook, new workbooks, and what works here."""
