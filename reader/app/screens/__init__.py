"""Screens: the browsing screen, pages and dialogs."""
