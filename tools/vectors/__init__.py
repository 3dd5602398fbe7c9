"""The cases of tests/vectors, topic by topic: plain reference code."""
