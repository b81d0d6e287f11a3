"""Looks at the running product from outside: how it looks (`bin/shots`) and how fast it answers (`bin/bench`)."""
