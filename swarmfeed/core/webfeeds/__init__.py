"""Feeds of the web: what they tell, when they are looked at, and what of it is kept."""
