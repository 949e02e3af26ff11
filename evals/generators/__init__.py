"""Held-out cases made by construction: each generator knows the right answer because it built the question.

None of them uses the code it will be held against: labels come from own tables and own arithmetic.
"""
