"""How good a rater of videos is, with the uncertainty of every figure: see docs/evaluation.md.

Nothing is imported here, so that a command that does not evaluate never waits for SciPy.
"""
