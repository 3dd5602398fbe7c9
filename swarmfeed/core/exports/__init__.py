"""What goes out: own posts and those of others in the formats of other places, as pure text."""
