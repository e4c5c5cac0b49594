"""What a warm kernel's cells write to."""

from ipykernel.iostream import OutStream


class QuickStream(OutStream):
    """As ipykernel's own, but a flush of nothing does not wake the thread that sends, and wait for it.

    ipykernel flushes both streams three times around each cell: most of what a cell costs that writes nothing.
    """

    def flush(self) -> None:
        """Send what was written; other messages keep their order, as they all go through that thread."""
        if getattr(self, "_buffers", True):
            super().flush()  # type: ignore[no-untyped-call]
