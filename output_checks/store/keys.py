"""Output checkers' signing keys: Ed25519, one pair per checker. The private key never leaves its owner's folder."""

import hashlib
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from output_checks.errors import InputError
from output_checks.store.files import expect_safe_name, read_file, write_atomically


def create_key(name: str, folder: Path) -> tuple[Path, Path]:
    """Write `<name>.key` (private, readable by its owner only) and `<name>.pub`; returns their paths.

    The private key is not encrypted: keep it in a folder that nobody else can read.

    Raises
    ------
    InputError
        A key of that name is there already, or the folder cannot be written.
    """
    private_path, public_path = (folder / f"{expect_safe_name(name)}{suffix}" for suffix in (".key", ".pub"))
    if private_path.exists() or public_path.exists():
        raise InputError(f"{folder} has a key called {name} already.", remedy="another name or folder")
    key = Ed25519PrivateKey.generate()
    write_atomically(private_path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), private=True)
    write_atomically(public_path, _pem(key.public_key()))
    return private_path, public_path


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key.

    Raises
    ------
    InputError
        The file is not there, or is not an Ed25519 private key.
    """
    try:
        key = load_pem_private_key(read_file(path), password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{path} is not a signing key.", remedy="a .key file made by `output-checks keys create`")
    return key


def load_public_keys(folder: Path) -> dict[str, Ed25519PublicKey]:
    """The public keys in a folder, by the name of their owner.

    Raises
    ------
    InputError
        The folder is not there, or a `.pub` file in it is not an Ed25519 public key.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder}.", remedy="the folder with the checkers' .pub files")
    keys = {}
    for path in sorted(folder.glob("*.pub")):
        try:
            key = load_pem_public_key(read_file(path))
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise InputError(f"{path} is not a public key.", remedy="a .pub file made by `output-checks keys create`")
        keys[path.stem] = key
    return keys


def fingerprint(key: Ed25519PublicKey) -> str:
    """Sixteen hexadecimal digits that identify a public key."""
    return hashlib.sha256(_pem(key)).hexdigest()[:16]


def is_signed_by(key: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        key.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _pem(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
