"""LibreOffice Calc: the extension (.oxt), how it is built and installed.

``runtime`` is what runs inside LibreOffice; the rest builds, installs and repairs. Standard library only:
LibreOffice runs its own Python, never the environment that the model lives in.
"""
