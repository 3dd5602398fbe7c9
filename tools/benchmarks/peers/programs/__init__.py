"""What is measured of each system: programs that answer lines of JSON with lines of JSON."""
