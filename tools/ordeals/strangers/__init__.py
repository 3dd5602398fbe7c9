"""Sieges: strangers, and peers within their rights, try to stop, starve or freeze a node."""
