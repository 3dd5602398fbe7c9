"""The role of feeds of the web: followed by URL, unsigned, and kept apart from all posts."""
