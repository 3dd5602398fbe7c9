"""Witnesses: supernodes that say which head of a feed is the newest they know, and when."""
