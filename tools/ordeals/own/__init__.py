"""Own history: whatever is done to a home, its feed is never signed twice from one place."""
