"""A kernel started the usual way: ``python -P -m warm_kernels.cold``, with the arguments of ipykernel_launcher."""

import sys

from warm_kernels.kernel import launch_app

if __name__ == "__main__":
    launch_app(sys.argv[1:])
