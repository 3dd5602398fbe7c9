"""The same posts, in the same run, with the systems that people would take instead."""
