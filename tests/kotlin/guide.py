"""Makes one Kotlin program of the blocks of documents: `guide.py GUIDE.md OTHER.md...` prints it.

The first document's blocks run; those of the others have to compile, as a function that nobody calls.
"""

import re
import sys
from pathlib import Path


def body_of(document):
    """The lines of its blocks, without imports."""
    blocks = re.findall(r"```kotlin\n(.*?)```", Path(document).read_text(), re.S)
    assert blocks, f"{document} has lost its code"
    lines = "\n".join(blocks).splitlines()
    imports.update(line for line in lines if line.startswith("import "))
    return ["    " + line for line in lines if not line.startswith("import ")]


imports: set[str] = set()
functions = []
for n, document in enumerate(sys.argv[1:]):
    functions += ["", "suspend fun main() {" if n == 0 else f"suspend fun other{n}() {{", *body_of(document), "}"]
print("\n".join(["@file:JvmName(\"Guide\")", *sorted(imports), *functions]))
