"""The role of archives: posts of other places come in, and all that is own goes out."""
