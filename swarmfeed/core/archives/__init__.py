"""Archives of other places: pure readers, from the bytes of their files to posts."""
