"""Video quality in a spreadsheet: integer labels from a vision-language model, on your own machine."""

__version__ = "0.1.0"
