"""The pages as pictures: a small world to be shown, and a camera."""
