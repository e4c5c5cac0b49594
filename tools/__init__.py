"""What keeps the repository: the sample's generator, the makers of pages, comparisons of reviews. Not shipped."""
