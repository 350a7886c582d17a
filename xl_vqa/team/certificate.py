"""The certificate of a team's host: one that it makes for itself, which people's machines know by its fingerprint.

A certificate of the company's own authority may be given instead; then machines trust what they trust anyway.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from xl_vqa.atomic import keep_private, make_private, write_atomically
from xl_vqa.bridge.errors import TeamSetupError
from xl_vqa.words.reasons import Detail, Key, Problem, Reason, why_unread, why_unwritten

YEARS: Final = 5
CERTIFICATE: Final = "certificate.pem"
KEY: Final = "key.pem"
_FIRST: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
_CLOCKS_APART: Final = timedelta(days=1)


def own_certificate(folder: Path, names: Sequence[str] = (), *, renew: bool = False) -> tuple[Path, Path]:
    """The files of the certificate and its key in ``folder``, made where they are missing or with ``renew``.

    A new one has a new fingerprint, and everybody has to be told. Raises TeamSetupError.
    """
    certificate, key = folder / CERTIFICATE, folder / KEY
    if certificate.is_file() and key.is_file() and not renew:
        keep_private(key)
        return certificate, key
    written, secret = _make(names or own_names())
    try:
        make_private(folder)
        # the key first: a certificate without its own key could not even be loaded
        for file, content in ((key, secret), (certificate, written)):
            with write_atomically(file, private=True) as output:
                output.write(content)
    except OSError as error:
        raise TeamSetupError(problem=Reason("says", what=str(folder), why=why_unwritten(error))) from error
    return certificate, key


def fingerprint_of(certificate: Path) -> str:
    """SHA-256 of the first certificate in a PEM file, in hexadecimal. Raises TeamSetupError."""
    first = _FIRST.search(_read(certificate, "team_certificate_file"))
    try:
        if first is None:
            raise ValueError("no certificate")
        return hashlib.sha256(ssl.PEM_cert_to_DER_cert(first[0].decode("ascii"))).hexdigest()
    except ValueError as error:
        raise _unusable("team_certificate_file", certificate, "team_no_certificate") from error


def context_of(certificate: Path, key: Path) -> ssl.SSLContext:
    """What the listener speaks TLS with: 1.2 or newer. Raises TeamSetupError for files that do not fit."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(certificate, key, password=lambda: "")
    except (OSError, ValueError) as error:
        raise _why_not(certificate, key, error) from error
    return context


def _why_not(certificate: Path, key: Path, error: Exception) -> TeamSetupError:
    """Which of two files does not serve, and why: of most things OpenSSL says "PEM lib"."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        written, secret = _read(certificate, "team_certificate_file"), _read(key, "team_key_file")
    except TeamSetupError as unread:
        return unread
    try:
        x509.load_pem_x509_certificates(written)
    except ValueError:
        return _unusable("team_certificate_file", certificate, "team_no_certificate")
    try:
        load_pem_private_key(secret, None)
    except TypeError:
        return _unusable("team_key_file", key, "team_key_locked")
    except ValueError:
        return _unusable("team_key_file", key, "team_no_key")
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return _unusable("team_key_file", key, Reason("team_key_other", certificate=str(certificate)))
    return _unusable("team_certificate_file", certificate, Reason("problem_system", detail=Detail.of(error)))


def _read(file: Path, sentence: Key) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _unusable(sentence, file, why_unread(error, file)) from error


def _unusable(sentence: Key, file: Path, why: Problem) -> TeamSetupError:
    return TeamSetupError(problem=Reason(sentence, file=str(file), why=why))


def own_names() -> list[str]:
    """What this machine is called, and the address by which it reaches others (nothing is sent for it)."""
    names = [socket.gethostname(), socket.getfqdn(), "localhost", "127.0.0.1"]
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plug:
            plug.connect(("192.0.2.1", 9))
            names.append(str(plug.getsockname()[0]))
    except OSError:
        pass
    return list(dict.fromkeys(filter(None, names)))


def _make(names: Sequence[str]) -> tuple[bytes, bytes]:
    """A certificate and its key as PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "xl_vqa team host")])
    now = datetime.now(UTC)
    try:
        known = [_general_name(name) for name in names]
    except ValueError as error:
        raise TeamSetupError(problem=Reason("team_certificate_names", names=", ".join(names))) from error
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # a machine whose clock is behind must not see it as not yet valid
        .not_valid_before(now - _CLOCKS_APART)
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectAlternativeName(known), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    made = builder.sign(key, hashes.SHA256())
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.public_bytes(serialization.Encoding.PEM), secret


def _general_name(name: str) -> Any:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode("ascii"))
