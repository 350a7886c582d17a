"""Errors of the store's files.

InputError
└── StoreFileError     a file of ratings cannot be read or written, or the store cannot be read
"""

from __future__ import annotations

from xl_vqa.words.errors import InputError


class StoreFileError(InputError):
    code = "store_file_error"
