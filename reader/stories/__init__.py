"""Stories: which articles report the same event, or are the same text again. Pure: no index, no files."""
