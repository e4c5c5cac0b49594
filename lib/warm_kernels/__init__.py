"""Warm kernels: a server imports the libraries once and forks a fresh IPython kernel for each notebook.

`provisioner` is jupyter_client's way in, `engine` Papermill's: ``papermill --engine warm a.ipynb b.ipynb``. README.md
shows both.
"""
