"""What every room speaks of: the scale, bands and ratings, a model's own words, settings, errors and sentences.

Standard library only, and it imports no other room: the spreadsheets' side, the host and LibreOffice's
extension share it.
"""
