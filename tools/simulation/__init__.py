"""The policy of history servers in virtual time, beside its rivals, for ``tools/simulate``."""
