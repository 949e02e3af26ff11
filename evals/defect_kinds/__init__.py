"""Defects to plant into outputs that pass, each with the grader that must see it: one module a specialist."""
