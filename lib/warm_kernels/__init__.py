"""Warm kernels: a server imports the libraries once and forks a fresh IPython kernel for each notebook.

jupyter_client uses `provisioner`, Papermill `engine`: ``papermill --engine warm a.ipynb b.ipynb``. README.md shows
both.
"""
