"""What leaves the office: the replication package of a period."""

from taizhang.publication.pack import Packed, pack_period

__all__ = ["Packed", "pack_period"]
