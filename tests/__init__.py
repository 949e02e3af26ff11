"""Tests: one module per promise. Fakes here are real implementations of the ports."""
