"""A stolen author key: whatever a thief signs, after the move the owner is back."""
