"""Scoring on many GPUs or machines with Ray Data (``xl-vqa score --cluster``)."""
