"""Room: entrance. Passkeys (WebAuthn level 2): what a browser is asked, and whether its answer is believed.

The person must be verified by the key (finger, face or its own code): possession and person are two factors in one.
The name of this house and its address are those of the settings, never what a request claims.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from donations.errors import FieldRefusedError
from donations.settings import Settings
from donations.staff import Member
from donations.tables import Staff, StaffPasskey

CREDENTIAL_CAP: Final = 16_384
_LOCAL: Final = "localhost"
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1"})
_WAIT_MILLISECONDS: Final = 120_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The house, as keys know it."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """The public half of a key just made."""

    credential_id: str
    public_key: str
    sign_count: int


def party_of(settings: Settings) -> Party:
    """Return the house as keys know it: by the base URL; on loopback as `localhost`, for keys know no numbers."""
    parts = urlsplit(settings.base_url)
    host = parts.hostname or _LOCAL
    if host in _LOOPBACK:
        host = _LOCAL
    port = "" if parts.port is None else f":{parts.port}"
    return Party(id=host, origin=f"{parts.scheme}://{host}{port}", name=settings.organisation.legal_name)


def creation_options(party: Party, staff: Staff, known: Sequence[str], challenge: str) -> str:
    """Return what a browser needs to make a key for a member, as JSON."""
    from webauthn import base64url_to_bytes, generate_registration_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers.structs import (  # noqa: PLC0415
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=base64url_to_bytes(staff.handle),
        user_name=staff.email,
        user_display_name=staff.name,
        challenge=challenge.encode("ascii"),
        timeout=_WAIT_MILLISECONDS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(id_)) for id_ in known],
    )
    return options_to_json(options)


def request_options(party: Party, known: Sequence[str], challenge: str) -> str:
    """Return what a browser needs to prove a key, as JSON; with no key named, any of this house will do."""
    from webauthn import base64url_to_bytes, generate_authentication_options, options_to_json  # noqa: PLC0415
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement  # noqa: PLC0415

    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge.encode("ascii"),
        timeout=_WAIT_MILLISECONDS,
        allow_credentials=[PublicKeyCredentialDescriptor(id=base64url_to_bytes(id_)) for id_ in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def believe_new_key(party: Party, credential: str, challenge: str) -> NewKey:
    """Return the key a browser made; raises `FieldRefusedError` for anything that does not prove it."""
    from webauthn import verify_registration_response  # noqa: PLC0415
    from webauthn.helpers import bytes_to_base64url  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    try:
        verified = verify_registration_response(
            credential=_read(credential),
            expected_challenge=challenge.encode("ascii"),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as fault:
        raise refused_key() from fault
    return NewKey(
        credential_id=bytes_to_base64url(verified.credential_id),
        public_key=bytes_to_base64url(verified.credential_public_key),
        sign_count=verified.sign_count,
    )


def id_of(credential: str) -> str:
    """Return the id a credential names itself by; it proves nothing yet."""
    claimed = _read(credential).get("rawId")
    if not isinstance(claimed, str):
        raise refused_key()
    return claimed


def believe_answer(party: Party, credential: str, challenge: str, key: StaffPasskey, handle: str) -> int:
    """Return the key's new count; raises `FieldRefusedError` unless this very key signed this very question."""
    from webauthn import base64url_to_bytes, verify_authentication_response  # noqa: PLC0415
    from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

    facts = _read(credential)
    try:
        told = facts["response"].get("userHandle")
        if told and told.rstrip("=") != handle.rstrip("="):
            raise refused_key()
        verified = verify_authentication_response(
            credential=facts,
            expected_challenge=challenge.encode("ascii"),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=key.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise refused_key() from fault
    return verified.new_sign_count


def known_ids(member: Member, keys: Sequence[StaffPasskey]) -> list[str]:
    """Return the ids of a member's keys."""
    return [key.credential_id for key in keys if key.staff_id == member.id]


def refused_key() -> FieldRefusedError:
    """Return the one refusal of every key that is not believed, whatever is wrong with it."""
    return FieldRefusedError("That key could not be proved. Please try again.", field="credential")


def _read(credential: str) -> dict[str, Any]:
    if len(credential) > CREDENTIAL_CAP:
        raise refused_key()
    try:
        facts = json.loads(credential)
    except (ValueError, RecursionError) as fault:
        raise refused_key() from fault
    if not isinstance(facts, dict):
        raise refused_key()
    return facts
