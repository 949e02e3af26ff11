"""The Scorer: rubric points with evidence for each; judgement reads only the intent of a written message."""
