"""Parses the bytes of a file into an Article: front matter, typed fields, keys of other programs."""
