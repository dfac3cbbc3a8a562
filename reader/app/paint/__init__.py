"""Painting: lines of cells, colours and themes, pictures, the base of widgets that paint themselves."""
