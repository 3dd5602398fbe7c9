"""The page of real nodes in real browsers: stories of people, and those who mean harm."""
