"""`python -m prakerja` is the `prakerja` command."""

import sys

from prakerja.cli import main

sys.exit(main())
