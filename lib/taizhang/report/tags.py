"""Tags with which a researcher marks the purpose of a cell."""

KEEP = "keep"  # carried over into the report of its district
LAB = "lab"  # for whoever reads the notebook in JupyterLab: no report has it
