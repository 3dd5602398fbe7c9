"""Bits: files of a home are changed behind a node's back, and nothing false is shown."""
