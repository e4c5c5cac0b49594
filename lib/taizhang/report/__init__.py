"""From an executed notebook to what people read: HTML, PDF, the index of a review."""
