"""What went wrong, as a sentence for the person at the keyboard; never a traceback."""

from __future__ import annotations

import click
from sqlalchemy.exc import SQLAlchemyError

from commands.spoken import told
from config import CannotStart, spoken_locale
from models.storage import StorageUnavailable
from queues import blame
from workflow.engine import DefinitionError
from workflow.errors import Invalid, Problem

FAILED, WRONG_USAGE, INTERRUPTED = 1, 2, 130


def failure(error: Exception) -> tuple[str, int]:
    """The sentence and the exit status for an error."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message(), WRONG_USAGE
    if isinstance(error, click.ClickException):
        return _usage(error), WRONG_USAGE
    return _failed(error), FAILED


def _failed(error: Exception) -> str:
    locale = spoken_locale()
    if isinstance(error, Invalid):
        return "\n".join(f"{each['field']}: {each['message']}" for each in error.field_errors(locale))
    if isinstance(error, Problem):
        return error.sentence(locale)
    if isinstance(error, CannotStart | DefinitionError):
        return str(error)
    if blame.is_busy(error):
        return told("busy")
    if isinstance(error, SQLAlchemyError):
        return told("database", why=str(getattr(error, "orig", None) or error).splitlines()[0])
    if isinstance(error, StorageUnavailable):
        return told("storage", why=error)
    if isinstance(error, OSError):
        return told("file", file=error.filename or "", why=error.strerror or error)
    return told("unexpected", what=blame.told(error))


def _usage(error: click.ClickException) -> str:
    lines = [_wrong(error)]
    if isinstance(error, click.UsageError) and error.ctx is not None:
        lines.append(told("try_help", command=error.ctx.command_path))
    return "\n".join(lines)


def _wrong(error: click.ClickException) -> str:
    if isinstance(error, click.MissingParameter):
        return told("missing", name=_named(error))
    if isinstance(error, click.BadParameter):
        return told("bad_value", name=_named(error), why=error.message)
    if isinstance(error, click.NoSuchOption):
        return told("no_such_option", name=error.option_name)
    if isinstance(error, click.exceptions.NoSuchCommand):
        return told("no_such_command", name=error.command_name)
    if isinstance(error, click.BadOptionUsage):
        return told("option_value", name=error.option_name)
    return told("wrong_usage", why=error.format_message())


def _named(error: click.BadParameter) -> str:
    parameter = error.param
    if isinstance(parameter, click.Option):
        return parameter.opts[0]
    return parameter.human_readable_name if parameter is not None else str(error.param_hint or "")
