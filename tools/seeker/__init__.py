"""Finds a text wherever it lies in a home: packed, torn, in free pages, in logs."""
