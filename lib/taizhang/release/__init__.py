"""Releases of reviews: numbered and frozen, each with what it changed."""

from taizhang.release.folders import Release, find_release, list_releases
from taizhang.release.freeze import Released, make_release

__all__ = ["Release", "Released", "find_release", "list_releases", "make_release"]
