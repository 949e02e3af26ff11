"""The machine every stage runs through, and one folder per specialist. Nothing here knows Dagster."""
