"""Install packages pinned by their hashes: by uv in seconds, by pip where uv cannot do it.

    python deploy/environment.py FILE.txt ...      into the environment of this python

Where packages come from is pip's to know: its configuration is told to uv as it is, and what uv then cannot
find or reach is left to pip. Both take only what the hashes in the files name, so neither can bring another
package than the other. No library may be imported here: none is there yet.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Sequence

#: What pip calls it, and what uv does.
_KNOWN = {
    "index_url": "UV_DEFAULT_INDEX",
    "extra_index_url": "UV_EXTRA_INDEX_URL",
    "find_links": "UV_FIND_LINKS",
    "no_index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "proxy": "HTTPS_PROXY",
    "trusted_host": "UV_INSECURE_HOST",
    "default_timeout": "UV_HTTP_TIMEOUT",
    "timeout": "UV_HTTP_TIMEOUT",
}
_PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
_UV = (
    *(sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable, "--require-hashes"),
    # Bytecode once for all, as pip makes it; of several indexes none is first, as for pip.
    *("--compile-bytecode", "--index-strategy", "unsafe-best-match"),
)


def sources(configuration: str) -> dict[str, str]:
    """pip's configuration, as ``pip config list`` tells it, in the words of uv's environment.

    What pip's own environment says comes last, for it counts.
    """
    found: dict[str, str] = {}
    for line in sorted(configuration.splitlines(), key=lambda each: each.startswith(":env:")):
        name, given, value = line.partition("=")
        key = _KNOWN.get(name.rpartition(".")[2].replace("-", "_"))
        if given and key:
            # Several of one kind stand in lines of their own.
            found[key] = " ".join(str(ast.literal_eval(value)).split())
    return found


def install(files: Sequence[str]) -> int:
    """Install what the files name; the code of whichever program did it last."""
    wanted = [word for file in files for word in ("-r", file)]
    said = subprocess.run([*_PIP, "config", "list"], capture_output=True, text=True, check=False).stdout
    quick = subprocess.run([*_UV, *wanted], env=os.environ | sources(said), capture_output=True, check=False)
    if quick.returncode == 0:
        return 0
    slow = [*_PIP, "install", "--quiet", "--quiet", "--require-hashes", *wanted]
    return subprocess.run(slow, check=False).returncode


if __name__ == "__main__":
    sys.exit(install(sys.argv[1:]))
