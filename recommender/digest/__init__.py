"""Words: reasons, links, rendering and the message."""
