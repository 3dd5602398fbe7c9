"""A capability of somebody else's: all that a role may bring, handed in as arguments.

Nothing here is known to ``swarmfeed`` or ``webui``; what a new thing costs is the same there.
"""
