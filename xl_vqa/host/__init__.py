"""The one process per user that holds the model: HTTP on loopback, a queue, and the store of ratings."""
