"""Opens URLs and passes articles to other programs and the clipboard."""
