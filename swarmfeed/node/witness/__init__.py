"""Witnesses: which head of a feed is the newest, by the word of several supernodes."""
