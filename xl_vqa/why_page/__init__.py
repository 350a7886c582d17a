"""The page of a rating: why a video has its score, to be looked at in a browser."""
