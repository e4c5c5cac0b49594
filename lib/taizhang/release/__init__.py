"""Releases of reviews: numbered and frozen, with errata; verified by making them again, and compared."""

from taizhang.release.diff import compare_releases, format_difference
from taizhang.release.folders import Release, find_release, is_release, list_releases, read_release
from taizhang.release.freeze import Released, make_release
from taizhang.release.signing import check_signatures
from taizhang.release.verify import Verdict, check_release, verify_release

__all__ = [
    "Release", "Released", "Verdict", "check_release", "check_signatures", "compare_releases", "find_release",
    "format_difference", "is_release", "list_releases", "make_release", "read_release", "verify_release",
]  # fmt: skip
