"""Makes the repository importable as `payfeed` for unit tests, without starting it.

The folder may have any name, and `__init__` imports LNbits: the package is entered
in `sys.modules` by hand, so that its pure rooms can be imported one by one.
"""

import sys
import types
from pathlib import Path

package = types.ModuleType("payfeed")
package.__path__ = [str(Path(__file__).resolve().parent.parent)]
sys.modules.setdefault("payfeed", package)
