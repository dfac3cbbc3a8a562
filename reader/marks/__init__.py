"""Marks: what the user did to articles, in their own database with backups."""
