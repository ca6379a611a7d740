"""A self-signed certificate for tests."""

import subprocess
from pathlib import Path

from needs import need


def certificate(folder: Path, name: str = "localhost") -> tuple[Path, Path]:
    """(certificate, private key) for this name, good for two days."""
    pem, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *(need("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-days", "2", "-subj", f"/CN={name}", "-keyout", str(key)),
            *("-addext", f"subjectAltName=DNS:{name}", "-out", str(pem)),
        ],
        check=True,
        capture_output=True,
    )
    return pem, key
