"""`python -m prakerja.conformance`."""

import sys

from prakerja.conformance.command import main

sys.exit(main())
