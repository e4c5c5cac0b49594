"""Loading all metadata of the package at once, so that a fork server does so only once for all its kernels."""

from taizhang.metadata.brief import load_brief
from taizhang.metadata.facts import load_facts
from taizhang.metadata.kinds import load_kinds
from taizhang.metadata.laws import load_laws
from taizhang.metadata.rules import load_rules
from taizhang.metadata.style import load_style
from taizhang.metadata.words import load_words


def load_all() -> None:
    """Read everything that every report reads; each reader caches its own result."""
    for load in (load_words, load_kinds, load_facts, load_laws, load_rules, load_style, load_brief):
        load()
