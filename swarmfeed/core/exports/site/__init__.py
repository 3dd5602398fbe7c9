"""Own public posts as pages and feeds for any web space: pure text, under fixed names."""
