"""Makes one Kotlin program of the blocks of docs/kotlin.md: `guide.py GUIDE.md` prints it."""

import re
import sys
from pathlib import Path

blocks = re.findall(r"```kotlin\n(.*?)```", Path(sys.argv[1]).read_text(), re.S)
assert len(blocks) >= 6, "the guide has lost its code"
lines = "\n".join(blocks).splitlines()
imports = sorted({line for line in lines if line.startswith("import ")})
body = ["    " + line for line in lines if not line.startswith("import ")]
print("\n".join(["@file:JvmName(\"Guide\")", *imports, "", "suspend fun main() {", *body, "}"]))
