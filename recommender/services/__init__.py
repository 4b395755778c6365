"""Use cases: one class, one run each; they own transactions and failure policy."""
