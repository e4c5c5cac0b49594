"""Foundations that any room may use and that know nothing of ledgers: errors, periods, files, notebook display."""
