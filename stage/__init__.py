"""What drills, attacks and benchmarks stand on: a Whistle of their own, its servers, its people and its books.

`bin/drill NAME` runs `drills/NAME.py`, `bin/attack NAME` runs `attacks/NAME.py`, `bin/bench NAME` runs `bench/NAME.py`:
a module with a `run(stage)`, which holds what it finds against bounds with `stage.figure`. `DATABASES` names those on
which it makes a difference (both, unless said); the first line of its docstring is what `--list` shows.
"""
