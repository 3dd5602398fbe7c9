"""The first ten minutes of two people, from the wheel to a conversation with a picture."""
