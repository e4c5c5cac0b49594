"""JupyterLab on a workbook, creating workbooks, and checking this machine."""
