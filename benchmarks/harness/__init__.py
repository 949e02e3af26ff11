"""One general harness beside the workforce, on the same records: tokens, money, failures."""
