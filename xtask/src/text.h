/** A C string as octo_bytes; NULL is empty. The string must live as long as they do. Any thread. Since 0.1. */
static inline octo_bytes octo_text(const char *text) {
  octo_bytes bytes = {(const uint8_t *)text, 0};
  while (text != NULL && text[bytes.len] != 0) bytes.len++;
  return bytes;
}
