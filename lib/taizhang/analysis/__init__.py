"""Between facts and their presentation: the View, and what is computed from it."""
