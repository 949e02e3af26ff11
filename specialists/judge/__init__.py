"""The judge: says whether a draft is in the campaign's tone, of which rules can tell only a part."""
