"""Prompts tuned on development cases, with money that ends, and shown to be better on held-out ones."""
