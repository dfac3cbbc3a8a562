"""The article record, and the rules for its text, Markdown, dates, addresses and identity."""
