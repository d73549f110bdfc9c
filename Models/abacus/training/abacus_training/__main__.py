"""`python -m abacus_training`: see `cli`."""

from .cli import main

raise SystemExit(main())
