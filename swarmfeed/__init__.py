"""A microblog that belongs to the people who write it."""

__version__ = "0.2.0"
