"""How a URL, or an article, gets out of the reader: plans, programs, the clipboard."""
