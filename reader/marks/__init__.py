"""Marks: what the user did to articles, in a database of their own with backups."""
