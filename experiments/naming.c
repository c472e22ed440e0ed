#include "experiments/naming.h"

#include "experiments/model.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- labels ---- */

static int same_case(const sgn_sweep_point *a, const sgn_sweep_point *b)
{
    return !strcmp(a->label, b->label) && !strcmp(a->command, b->command) &&
           a->noverrides == b->noverrides;
}

static int is_seed(const char *setting) { return !strncmp(setting, "seed=", 5); }

/* "network.depth=16" is "depth=16" */
static const char *short_setting(const char *setting)
{
    const char *dot = strchr(setting, '.'), *equals = strchr(setting, '=');
    return dot && dot < equals ? dot + 1 : setting;
}

/* What differs between the first and the last point of a case is what its lists vary. */
static void set_label(sgn_point_name *name, const sgn_sweep_point *p, const sgn_sweep_point *first,
                      const sgn_sweep_point *last, const char *otherwise)
{
    size_t size = sizeof name->label, n = strlen(p->label);
    snprintf(name->label, size, "%s", p->label);
    for (int k = 0; k < p->noverrides && n < size; k++)
        if (strcmp(first->override[k], last->override[k]) && !is_seed(p->override[k]))
            n += (size_t)snprintf(name->label + n, size - n, "%s%s", n ? ", " : "",
                                  short_setting(p->override[k]));
    if (n == 0) snprintf(name->label, size, "%s", otherwise);
}

static void set_labels(const sgn_sweep *s, const char *otherwise, sgn_point_name *name)
{
    for (int first = 0, end; first < s->n; first = end) {
        for (end = first; end < s->n && same_case(&s->point[first], &s->point[end]); end++) {
        }
        for (int i = first; i < end; i++)
            set_label(&name[i], &s->point[i], &s->point[first], &s->point[end - 1], otherwise);
    }
}

/* ---- folders ---- */

/* "dense one-bit" becomes "dense-one-bit" */
static void slug(char *to, size_t size, const char *label)
{
    size_t n = 0;
    for (; *label && n + 1 < size; label++)
        if (isalnum((unsigned char)*label)) to[n++] = *label;
        else if (n && to[n - 1] != '-') to[n++] = '-';
    while (n && to[n - 1] == '-') n--;
    to[n] = 0;
}

static sgn_status set_folder(sgn_point_name *name, const sgn_sweep_point *p, const char *path)
{
    sgn_config c;
    char *text, words[SGN_NAME_MAX];
    SGN_TRY(sgn_model_config(&c, path, (const char *const *)p->override, p->noverrides));
    SGN_TRY(sgn_config_text(&c, &text));
    XXH64_hash_t seed = XXH3_64bits(p->command, strlen(p->command));
    XXH64_hash_t hash = XXH3_64bits_withSeed(text, strlen(text), seed);
    free(text);
    slug(words, sizeof words, name->label);
    snprintf(name->folder, sizeof name->folder, "%s-%08llx", words, (unsigned long long)hash >> 32);
    return SGN_OK;
}

sgn_status sgn_points_name(const sgn_sweep *sweep, const char *config_path, sgn_point_name *name)
{
    sgn_config base;
    SGN_TRY(sgn_config_load(&base, config_path, NULL, 0));
    set_labels(sweep, base.name, name);
    for (int i = 0; i < sweep->n; i++) SGN_TRY(set_folder(&name[i], &sweep->point[i], config_path));
    return SGN_OK;
}
