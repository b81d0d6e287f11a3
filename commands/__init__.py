"""`bin/whistle`: what an administrator does at a keyboard. Every failure is a sentence and a status: 1, or 2 where the
command was used wrongly."""
