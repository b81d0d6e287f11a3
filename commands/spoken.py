"""Click in our two languages: help, usage and errors said by our catalogues, in the language of LOCALE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.types import OptionHelpExtra

from config import spoken_locale
from workflow.say import say


def told(key: str, **params: Any) -> str:
    """The sentence `cli.<key>`."""
    return say(f"cli.{key}", spoken_locale(), **params)


def tell(key: str, **params: Any) -> None:
    """Print the sentence `cli.<key>`."""
    click.echo(told(key, **params))


class SpokenOption(click.Option):
    """An option that says in our words that it is needed."""

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        extra = super().get_help_extra(ctx)
        if "required" in extra:
            extra["required"] = told("required")
        return extra


class SpokenCommand(click.Command):
    """A command whose help is in our words."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), told("usage"))

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return [{"[OPTIONS]": told("usage_options")}.get(piece, piece) for piece in super().collect_usage_pieces(ctx)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._section(ctx, formatter, "options", click.Option)

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._section(ctx, formatter, "arguments", click.Argument)

    def _section(
        self, ctx: click.Context, formatter: click.HelpFormatter, title: str, kind: type[click.Parameter]
    ) -> None:
        records = [each.get_help_record(ctx) for each in self.get_params(ctx) if isinstance(each, kind)]
        rows = [record for record in records if record is not None]
        if rows:
            with formatter.section(told(title)):
                formatter.write_dl(rows)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = told("help")
        return option


class SpokenGroup(SpokenCommand, click.Group):
    """A group of commands whose help is in our words; its commands are spoken ones."""

    command_class = SpokenCommand

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"subcommand_metavar": told("usage_command"), **kwargs})

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, (command.help or "").split("\n")[0]) for name, command in sorted(self.commands.items())]
        with formatter.section(told("commands")):
            formatter.write_dl(rows)


Decorator = Callable[[Callable[..., Any]], Any]


def group(name: str) -> SpokenGroup:
    """A group; its help is the sentence `cli.<name>.help`."""
    return SpokenGroup(name, help=told(f"{name}.help"))


def argument(name: str, key: str, **how: Any) -> Decorator:
    """An argument explained by the sentence `cli.<key>`."""
    return click.argument(name, help=told(key), **how)


def option(*names: str, key: str, **how: Any) -> Decorator:
    """An option explained by the sentence `cli.<key>`."""
    return click.option(*names, cls=SpokenOption, help=told(key), **how)
