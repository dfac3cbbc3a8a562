"""An article laid out as lines for reading: header, Markdown body and footer, section by section.

Plain functions and values that know cells but no widget and no colour; `widgets/article_pane.py` paints them.
"""
