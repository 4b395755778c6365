"""What mail programs make of the mail: browsers, checkers, filters, and the checklist."""
