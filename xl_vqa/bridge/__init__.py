"""How everything reaches the scoring host: find or start it, ask, poll, survive its restart.

Standard library only (and the pure modules of xl_vqa): a spreadsheet cell loads this room.
"""
