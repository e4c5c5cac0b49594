"""A kernel started ahead where forking is not safe: it imports modules, waits for a request, and becomes that kernel.

``python -m warm_kernels.waiting MODULE...``; the request is one line of JSON on standard input. When that closes
without one, the process ends.
"""

import json
import os
import sys

from warm_kernels.kernel import KERNEL_MODULES, import_modules, prepare_memory, run_kernel


def main() -> None:
    """Import modules, wait for a request, and run the kernel."""
    with prepare_memory():
        import_modules([*KERNEL_MODULES, *sys.argv[1:]])
    line = sys.stdin.readline()
    if not line:
        return
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    run_kernel(json.loads(line))


if __name__ == "__main__":
    main()
