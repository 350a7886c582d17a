"""The worksheet functions, declared once for every spreadsheet program, and their evaluation over ranges.

Standard library and the bridge only: a spreadsheet's own Python loads this room, perhaps as a vendored copy.
"""
