"""The Enricher: which company of the directories a lead is about, and what they say of it."""
