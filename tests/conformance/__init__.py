"""One test class per protocol, run on every implementation."""
