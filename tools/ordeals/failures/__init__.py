"""What a passing failure does to a node: nothing that is not over when its cause is."""
