"""The report: one HTML file that needs no network, drawn from the marts."""
