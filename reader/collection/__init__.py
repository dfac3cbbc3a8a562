"""The folders of article files: list, stat, read and watch them. Nobody else opens an article file."""
