"""Ordinary BitTorrent clients hold a feed, and everybody who runs swarmfeed goes."""
