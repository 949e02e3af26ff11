"""Figures on real sets that somebody points at: read in place, written nowhere, never evidence for a pin."""
