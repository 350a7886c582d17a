"""Excel through xlwings (its BSD part): worksheet functions, ribbon macros, the add-in's build and install.

Excel's own Python process loads this room, so it stays as light as the bridge; the model lives in the host.
"""
