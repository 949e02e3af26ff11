"""The Writer: a first-touch email of placeholders and plain words, for one company, in one campaign."""
