from typing import Any

# Everything that uniffi generates, and the plain functions: nothing of it is typed.
def __getattr__(name: str) -> Any: ...
