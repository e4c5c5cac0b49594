"""What a kernel's cells write to, and the thread that sends it."""

import os
from typing import Any

import zmq
from ipykernel.iostream import IOPubThread, OutStream
from zmq.eventloop.zmqstream import ZMQStream


class QuickStream(OutStream):
    """ipykernel's stream, except that flushing nothing does not wake the sending thread and wait for it.

    ipykernel flushes both streams three times around each cell, which is most of the cost of a cell that writes
    nothing.
    """

    def flush(self) -> None:
        """Send what was written; other messages keep their order, as they all go through that thread."""
        if getattr(self, "_buffers", True):
            super().flush()  # type: ignore[no-untyped-call]


class PrivateThread(IOPubThread):
    """As ipykernel's own, but what forked processes write comes through a socket beside the kernel's, not a port."""

    def _setup_pipe_in(self) -> None:
        endpoint = self.socket.getsockopt_string(zmq.LAST_ENDPOINT)
        if not endpoint.startswith("ipc://"):
            super()._setup_pipe_in()  # type: ignore[no-untyped-call]
            return
        self._forked = f"{endpoint}-forked"
        self._pipe_uuid = os.urandom(16)
        pipe = self.socket.context.socket(zmq.PULL)
        pipe.linger = 0
        pipe.bind(self._forked)
        self._pipe_in = ZMQStream(pipe, self.io_loop)
        self._pipe_in.on_recv(self._handle_pipe_msg)

    def _setup_pipe_out(self) -> Any:
        if not hasattr(self, "_forked"):
            return super()._setup_pipe_out()  # type: ignore[no-untyped-call]
        context = zmq.Context()  # another, after a fork
        pipe = context.socket(zmq.PUSH)
        pipe.linger = 3000  # milliseconds, as ipykernel's
        pipe.connect(self._forked)
        return context, pipe
