"""Long proofs: what a home and a node go through without losing, inventing or stopping."""
