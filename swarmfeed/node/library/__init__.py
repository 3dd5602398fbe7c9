"""The library: who holds older posts than supernodes keep, and what holders find in them."""
