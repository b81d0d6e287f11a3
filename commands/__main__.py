"""`python -m commands`, which bin/whistle becomes."""

import sys


def main() -> None:
    """Run the command; Ctrl-C is quiet even while the modules are still being read."""
    try:
        from commands.app import whistle
        from commands.logs import quiet

        quiet()
        whistle(prog_name="whistle")
    except KeyboardInterrupt:
        sys.exit(130)
    except ImportError as error:
        zh = f"没有装全（{error}）：请先运行 bin/serve。"
        sys.exit(f"{zh} / Not everything is installed ({error}): run bin/serve first.")


if __name__ == "__main__":
    main()
