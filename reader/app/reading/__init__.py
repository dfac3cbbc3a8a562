"""An article laid out as lines for reading: Markdown, header and foot, piece by piece.

Plain functions and values that know cells but no widget and no colour; `widgets/article_pane.py` paints them.
"""
