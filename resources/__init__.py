"""The world's edges: each a port with its real implementations. Nothing here knows Dagster."""
