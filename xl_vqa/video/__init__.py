"""From a path to frames: ``read.read_frames``, ``probe.probe``, ``fingerprint.fingerprint``.

Importing this package loads no decoder; its modules ``probe`` and ``read`` do.
"""
