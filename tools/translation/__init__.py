"""What the page says, gathered from the sources, and whether each language says it too."""
