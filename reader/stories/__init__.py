"""Stories: finds articles that report the same event or repeat the same text. Pure: no index, no files."""
