"""The version, in a module of its own: reports name it, and import nothing else for it."""

__version__ = "0.1.0"
