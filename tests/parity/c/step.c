#include "step.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digit(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

/* `$DIR` and %XX in their places; the value is followed by a NUL, so that it is a C string too. */
static octo_bytes decode(const char *text, const char *dir) {
    octo_bytes out = {NULL, 0};
    uint8_t *bytes = malloc(strlen(text) + 1 + strlen(text) / 4 * strlen(dir));
    while (*text != 0) {
        if (strncmp(text, "$DIR", 4) == 0) {
            memcpy(bytes + out.len, dir, strlen(dir));
            out.len += strlen(dir), text += 4;
        } else if (*text == '%') {
            bytes[out.len++] = (uint8_t)(digit(text[1]) << 4 | digit(text[2]));
            text += 3;
        } else {
            bytes[out.len++] = (uint8_t)*text++;
        }
    }
    bytes[out.len] = 0;
    out.data = bytes;
    return out;
}

void step_parse(struct step *step, char *line, const char *dir) {
    memset(step, 0, sizeof *step);
    line[strcspn(line, "\n")] = 0;
    step->verb = strtok(line, " ");
    for (char *word = strtok(NULL, " "); word != NULL && step->count < MANY; word = strtok(NULL, " ")) {
        char *value = strchr(word, '=');
        struct word *w = &step->words[step->count++];
        if (value != NULL) *value++ = 0;
        w->key = word;
        w->value = decode(value != NULL ? value : "", dir);
    }
}

void step_free(struct step *step) {
    for (size_t i = 0; i < step->count; i++) free((void *)step->words[i].value.data);
}

octo_bytes step_get(const struct step *step, const char *key) {
    for (size_t i = 0; i < step->count; i++)
        if (strcmp(step->words[i].key, key) == 0) return step->words[i].value;
    return octo_text(NULL);
}

const char *step_text(const struct step *step, const char *key) {
    octo_bytes value = step_get(step, key);
    return value.data != NULL ? (const char *)value.data : "";
}

uint64_t step_number(const struct step *step, const char *key) { return strtoull(step_text(step, key), NULL, 10); }

size_t step_list(struct step *step, const char *key) {
    size_t count = 0;
    for (size_t i = 0; i < step->count; i++)
        if (strcmp(step->words[i].key, key) == 0) step->list[count++] = step->words[i].value;
    return count;
}

static const char *folder;
static long after_verb;
static char *line;
static size_t length, room;

static void put(const char *bytes, size_t len) {
    if (length + len + 1 > room) {
        room = (length + len + 1) * 2;
        line = realloc(line, room);
    }
    memcpy(line + length, bytes, len);
    length += len;
    line[length] = 0;
}

void say_begin(int number, const char *verb, const char *dir) {
    char begin[200];
    folder = dir;
    length = 0;
    put(begin, (size_t)snprintf(begin, sizeof begin, "%d %s", number, verb));
    after_verb = (long)length;
}

void say(const char *key, octo_bytes value) {
    put(" ", 1);
    put(key, strlen(key));
    put("=", 1);
    for (size_t i = 0; i < value.len;) {
        char c = (char)value.data[i], code[4];
        if (value.len - i >= strlen(folder) && memcmp(value.data + i, folder, strlen(folder)) == 0) {
            put("$DIR", 4);
            i += strlen(folder);
            continue;
        }
        if (c >= '!' && c <= '~' && c != '%') put(&c, 1);
        else put(code, (size_t)snprintf(code, sizeof code, "%%%02X", value.data[i]));
        i++;
    }
}

void say_text(const char *key, const char *format, ...) {
    char text[8192];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    say(key, octo_text(text));
}

void say_number(const char *key, uint64_t n) { say_text(key, "%llu", (unsigned long long)n); }

void say_flag(const char *key, bool yes) { say(key, octo_text(yes ? "true" : "false")); }

void say_error(octo_error *error) {
    octo_bytes key, value;
    length = (size_t)after_verb;
    say("error", octo_text(octo_status_name(octo_error_code(error))));
    say_text("code", "%d", (int)octo_error_code(error));
    say_flag("retryable", octo_error_retryable(error));
    say("message", octo_error_message(error));
    say("hint", octo_error_hint(error));
    for (size_t i = 0; octo_error_context_get(error, i, &key, &value); i++)
        say_text("context", "%.*s:%.*s", (int)key.len, (const char *)key.data, (int)value.len, (const char *)value.data);
    octo_error_free(error);
}

void say_end(void) {
    puts(line);
    fflush(stdout);
}
