"""Verifying large chunks on several cores: processes that hash, and what gives them work."""
