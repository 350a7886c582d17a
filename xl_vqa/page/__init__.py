"""What every HTML report is made of: the page and its style, tables, and pictures as inline SVG."""
