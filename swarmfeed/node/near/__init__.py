"""The role of people who show themselves to others in their network."""
