"""How everything is painted: lines of cells, colours, widgets that paint themselves, what is sent."""
