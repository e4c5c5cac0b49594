"""Tags by which a researcher says what a cell is for."""

KEEP = "keep"  # carried over into the report of its district
LAB = "lab"  # for whoever reads the notebook in JupyterLab: no report has it
