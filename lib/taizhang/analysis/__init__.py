"""Between facts and what shows them: the View, and what is worked out from it."""
