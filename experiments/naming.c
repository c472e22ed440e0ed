#include "experiments/naming.h"

#include "core/memory.h"
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

/* What differs between the first and the last point of a case is what its lists vary. */
static void set_label(sgn_point_name *name, const sgn_sweep_point *p, const sgn_sweep_point *first,
                      const sgn_sweep_point *last, const char *otherwise)
{
    size_t size = sizeof name->label, n = strlen(p->label);
    snprintf(name->label, size, "%s", p->label);
    for (int k = 0; k < p->noverrides && n < size; k++)
        if (strcmp(first->override[k], last->override[k]) && !is_seed(p->override[k]))
            n += (size_t)snprintf(name->label + n, size - n, "%s%s", n ? ", " : "",
                                  sgn_config_short_key(p->override[k]));
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

static sgn_status hash_config(const sgn_config *c, const char *command, XXH64_hash_t *out)
{
    char *text;
    SGN_TRY(sgn_config_text(c, &text));
    XXH64_hash_t seed = XXH3_64bits(command, strlen(command));
    *out = XXH3_64bits_withSeed(text, strlen(text), seed);
    free(text);
    return SGN_OK;
}

static sgn_status set_folder(sgn_point_name *name, const sgn_sweep_point *p, const char *path,
                             XXH64_hash_t *trained)
{
    sgn_config c, presets;
    char words[SGN_NAME_MAX];
    XXH64_hash_t hash;
    SGN_TRY(sgn_model_config(&c, path, (const char *const *)p->override, p->noverrides));
    SGN_TRY(hash_config(&c, p->command, &hash));
    sgn_config_presets(&presets);
    c.test = presets.test;
    SGN_TRY(hash_config(&c, p->command, trained));
    slug(words, sizeof words, name->label);
    snprintf(name->folder, sizeof name->folder, "%s-%08llx", words, (unsigned long long)hash >> 32);
    return SGN_OK;
}

/* Conditions of the test set change no network.  Everything but a training is done point by point. */
static void find_trained(const sgn_sweep *sweep, const XXH64_hash_t *trained, sgn_point_name *name)
{
    for (int i = 0; i < sweep->n; i++) {
        int first = 0;
        while (trained[first] != trained[i]) first++;
        name[i].trained = strcmp(sweep->point[i].command, "train") ? i : first;
    }
}

sgn_status sgn_points_name(const sgn_sweep *sweep, const char *config_path, sgn_point_name *name)
{
    sgn_config base;
    SGN_TRY(sgn_config_load(&base, config_path, NULL, 0));
    set_labels(sweep, base.name, name);
    XXH64_hash_t *trained = sgn_alloc((size_t)sweep->n, sizeof *trained);
    sgn_status status = trained ? SGN_OK : SGN_EMEM;
    for (int i = 0; i < sweep->n && !status; i++)
        status = set_folder(&name[i], &sweep->point[i], config_path, &trained[i]);
    if (!status) find_trained(sweep, trained, name);
    sgn_free(trained);
    return status;
}
