"""Ways in: how a node that knows no supernode finds one."""
