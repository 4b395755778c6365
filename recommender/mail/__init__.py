"""Ways a message leaves the building."""
