"""What runs inside LibreOffice, in its own Python: the standard library, ``uno``, bridge and worksheet."""
