"""What leaves the office: the replication package of a period, and the site of approved releases."""

from taizhang.publication.pack import Packed, pack_period
from taizhang.publication.publish import Published, publish_releases

__all__ = ["Packed", "Published", "pack_period", "publish_releases"]
