"""A small neighbourhood of real nodes on this machine, for ``tools/run --demo``."""
