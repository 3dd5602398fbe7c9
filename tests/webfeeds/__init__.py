"""The program with a reader of the web that may go to one address of a test."""
