"""The Index: the rebuildable copy of a collection that makes questions fast. Deleting it loses nothing."""
