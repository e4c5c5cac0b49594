"""Makers of the sample, of documentation, and comparisons: for work on Taizhang, not shipped."""
