"""Run the program as `python -m varco3d.cli`."""

import sys

from .main import main

sys.exit(main())
