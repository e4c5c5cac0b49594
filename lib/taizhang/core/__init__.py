"""What everybody may use and that knows no ledger: errors, periods, files, what a notebook shows."""
