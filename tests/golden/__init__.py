"""What the program answered before its joints were rebuilt, word for word and byte for byte.

``records/`` is compared, never edited; when a way in changes, ``stage*.py`` follows it.
"""
