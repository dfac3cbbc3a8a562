"""The Library of folders of article files."""
