"""Measurements of swarmfeed, one file for each; ``tools/bench`` runs them."""
