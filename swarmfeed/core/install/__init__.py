"""What a system is told so that the program starts by itself, and stands in a menu."""
