"""A day that has been, decided again by another candidate: nothing is sent, kept or changed by it."""
