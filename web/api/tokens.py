"""Signing in and out, for programs."""

from __future__ import annotations

from flask import Response

from models.database import database
from web.action import action, public
from web.api.answers import answer, moment, nothing
from web.api.blueprint import api
from web.api.operation import operation
from web.api.schemas.incoming import TokenIn
from web.api.schemas.outgoing import TokenOut
from web.auth import bearer_token, device_token, forget, remember
from web.context import settings, token, writing
from workflow.identity.sign_ins import sign_out
from workflow.identity.signing_in import sign_in


@api.post("/tokens")
@public
@operation("token_create", json=TokenIn, answers={201: TokenOut}, problems=(401, 403, 429))
def create_token(body: TokenIn) -> Response:
    signed_in = sign_in(
        database, body.username, body.password, kind="bearer", terms=settings().sign_ins, device_token=device_token()
    )
    shown = {"token": signed_in.token, "expires_at": moment(signed_in.session.expires_at)}
    return remember(answer(shown, 201), signed_in)


@api.delete("/tokens/current")
@action("token.revoke")
@operation("token_revoke", answers={204: None})
def revoke_token() -> Response:
    with writing() as (session, _actor):
        sign_out(session, token())
    return nothing() if bearer_token() is not None else forget(nothing())
