/* A step of the scenario, and the line that answers it. */
#ifndef STEP_H
#define STEP_H

#include <octostore.h>

#define MANY 32

struct word {
    char *key;
    octo_bytes value;
};

struct step {
    char *verb;
    struct word words[MANY];
    size_t count;
    /* The values of one key, as an array. */
    octo_bytes list[MANY];
};

void step_parse(struct step *step, char *line, const char *dir);
void step_free(struct step *step);
/* The value of a key; NULL data if there is none. */
octo_bytes step_get(const struct step *step, const char *key);
/* The same as a C string, "" if there is none. */
const char *step_text(const struct step *step, const char *key);
uint64_t step_number(const struct step *step, const char *key);
/* Fills step->list. */
size_t step_list(struct step *step, const char *key);

void say_begin(int number, const char *verb, const char *dir);
void say(const char *key, octo_bytes value);
void say_text(const char *key, const char *format, ...);
void say_number(const char *key, uint64_t n);
void say_flag(const char *key, bool yes);
/* Forgets what was said, and says the error, which is freed. */
void say_error(octo_error *error);
void say_end(void);

#endif
