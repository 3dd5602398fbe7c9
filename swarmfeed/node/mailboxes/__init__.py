"""Mailboxes: letters wait for who is away, at machines that the owner chose."""
