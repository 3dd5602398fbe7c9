"""The index of a large network: each supernode keeps what is in its drawers."""
