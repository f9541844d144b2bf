#!/usr/bin/awk -f
# The C++ of a guide as one program. Blocks run in the order of the page: those that begin with #include come before main, the
# others are its statements.
/^```cpp$/ { inside = 1; first = 1; next }
/^```$/ { inside = 0; next }
inside && first { before = /^#include/; first = 0 }
inside && before { head = head $0 "\n" }
inside && !before { body = body "#line " NR " \"" FILENAME "\"\n" $0 "\n" }
END { printf "%s\nint main() {\n%s\nreturn 0;\n}\n", head, body }
