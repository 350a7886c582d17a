"""A user's home with the stand-in model, a host in it, and clips: those of the host's own tests."""

from tests.host.conftest import client, clip_folder, settings

__all__ = ["client", "clip_folder", "settings"]
