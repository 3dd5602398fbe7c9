"""People in one network who let each other know that they are there."""
