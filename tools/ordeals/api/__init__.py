"""Requests made up from descriptions, sent to a real node: the API for apps, and our own."""
