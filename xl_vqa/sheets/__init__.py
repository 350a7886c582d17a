"""What is written where in a sheet, whatever program shows it: our columns, one planner, the words beside a score.

Light and pure: the standard library, the words and the bridge. Every front end is an adapter to it.
"""
