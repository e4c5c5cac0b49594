"""A made-up county to try the workbook on, and to test it against the truth."""

from tools.sample.make import Truth, make_sample

__all__ = ["Truth", "make_sample"]
