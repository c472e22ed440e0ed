/* One configuration becomes many: cases times the combinations of lists, grid after grid. */
#include "core/memory.h"
#include "io/config_tree.h"

#include <assert.h>
#include <string.h>

enum { MOST_POINTS = 100000 };

/* ---- shape and values, as the file has them ---- */

static sgn_status check_grid(const sgn_yaml *grid)
{
    sgn_config scratch;
    sgn_config_presets(&scratch);
    if (grid->kind != SGN_YAML_MAPPING)
        return sgn_fail_at(grid->at, SGN_ECONFIG,
                           "sweep must be a mapping of keys to lists, or a list of such mappings");
    for (const sgn_yaml *list = grid->child; list; list = list->next) {
        if (list->kind != SGN_YAML_LIST || !list->child)
            return sgn_fail_at(list->at, SGN_ECONFIG,
                               "sweep: %.80s must be a list of at least one value", list->key);
        for (const sgn_yaml *value = list->child; value; value = value->next)
            SGN_TRY(sgn_config_assign_node(&scratch, list->key, list->key_at, value));
    }
    return SGN_OK;
}

/* A list of grids begins with its first; a single one stands for itself. */
static const sgn_yaml *first_grid(const sgn_yaml *sweep)
{
    return sweep && sweep->kind == SGN_YAML_LIST ? sweep->child : sweep;
}

static const sgn_yaml *next_grid(const sgn_yaml *sweep, const sgn_yaml *grid)
{
    return sweep && sweep->kind == SGN_YAML_LIST ? grid->next : NULL;
}

sgn_status sgn_sweep_check_lists(const sgn_yaml *sweep)
{
    if (!first_grid(sweep))
        return sgn_fail_at(sweep->at, SGN_ECONFIG, "sweep must have at least one mapping");
    for (const sgn_yaml *grid = first_grid(sweep); grid; grid = next_grid(sweep, grid))
        SGN_TRY(check_grid(grid));
    return SGN_OK;
}

static sgn_status check_label(const sgn_yaml *label)
{
    if (label->kind != SGN_YAML_SCALAR || !*label->text || !sgn_text_printable(label->text) ||
        strlen(label->text) >= SGN_NAME_MAX)
        return sgn_fail_at(label->at, SGN_ECONFIG, "label must be one line of 1 to %d bytes",
                           SGN_NAME_MAX - 1);
    return SGN_OK;
}

static sgn_status check_command(const sgn_yaml *command)
{
    static const char *const known[] = {"train", "solve", "experiment"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (command->kind == SGN_YAML_SCALAR && strcmp(command->text, known[i]) == 0) return SGN_OK;
    return sgn_fail_at(command->at, SGN_ECONFIG, "command must be train, solve or experiment");
}

static sgn_status check_case(const sgn_yaml *one, sgn_config *scratch)
{
    if (!sgn_yaml_find(one, "label"))
        return sgn_fail_at(one->at, SGN_ECONFIG, "a case must be a mapping with a label");
    for (const sgn_yaml *e = one->child; e; e = e->next) {
        if (strcmp(e->key, "label") == 0) SGN_TRY(check_label(e));
        else if (strcmp(e->key, "command") == 0) SGN_TRY(check_command(e));
        else SGN_TRY(sgn_config_assign_node(scratch, e->key, e->key_at, e));
    }
    return SGN_OK;
}

sgn_status sgn_sweep_check_cases(const sgn_yaml *cases)
{
    sgn_config scratch;
    sgn_config_presets(&scratch);
    if (cases->kind != SGN_YAML_LIST || !cases->child)
        return sgn_fail_at(cases->at, SGN_ECONFIG, "cases must be a list of at least one mapping");
    for (const sgn_yaml *one = cases->child; one; one = one->next)
        SGN_TRY(check_case(one, &scratch));
    return SGN_OK;
}

/* ---- axes: what varies.  A single value from the command line is an axis of one. ---- */

typedef struct {
    char key[SGN_KEY_MAX];
    char **setting;  // (n) "key=value"
    int n;
} axis;

typedef struct {
    axis *at;
    int n;
} axes;

static char *new_setting(const char *key, const char *value, size_t length)
{
    size_t size = strlen(key) + length + 2;
    char *setting = sgn_alloc(size, 1);
    if (setting) snprintf(setting, size, "%s=%.*s", key, (int)length, value);
    return setting;
}

static void free_texts(char **text, int n)
{
    for (int i = 0; text && i < n; i++) sgn_free(text[i]);
    sgn_free(text);
}

static void free_axes(axes *a)
{
    for (int i = 0; a->at && i < a->n; i++) free_texts(a->at[i].setting, a->at[i].n);
    sgn_free(a->at);
}

/* The axis of `key`, emptied, or a new last one, with room for n settings; NULL: no memory. */
static axis *place_axis(axes *a, const char *key, int n)
{
    int i = 0;
    while (i < a->n && strcmp(a->at[i].key, key) != 0) i++;
    if (i == a->n) a->n++;
    axis *x = &a->at[i];
    free_texts(x->setting, x->n);
    snprintf(x->key, sizeof x->key, "%s", key);
    x->n = n;
    x->setting = sgn_alloc((size_t)n, sizeof *x->setting);
    return x->setting ? x : NULL;
}

static int count_entries(const sgn_yaml *node)
{
    int n = 0;
    for (const sgn_yaml *e = node ? node->child : NULL; e; e = e->next) n++;
    return n;
}

static sgn_status axis_from_file(axes *a, const sgn_yaml *list)
{
    axis *x = place_axis(a, list->key, count_entries(list));
    if (!x) return SGN_EMEM;
    int i = 0;
    for (const sgn_yaml *v = list->child; v; v = v->next, i++) {
        x->setting[i] = new_setting(list->key, v->text, strlen(v->text));
        if (!x->setting[i]) return SGN_EMEM;
    }
    return SGN_OK;
}

static sgn_status axis_from_override(axes *a, const char *override)
{
    char key[SGN_KEY_MAX];
    const char *value;
    sgn_config scratch;
    int n = 1;
    SGN_TRY(sgn_config_cut(override, key, &value));
    for (const char *c = value; *c; c++) n += *c == ',';
    axis *x = place_axis(a, key, n);
    if (!x) return SGN_EMEM;
    for (int i = 0; i < n; i++) {
        size_t length = strcspn(value, ",");
        x->setting[i] = new_setting(key, value, length);
        if (!x->setting[i]) return SGN_EMEM;
        SGN_TRY(sgn_config_resolve(&scratch, NULL, (const char *const *)&x->setting[i], 1));
        value += length + 1;
    }
    return SGN_OK;
}

/* `out` has to be freed on failure, too. */
static sgn_status find_axes(axes *out, const sgn_yaml *lists, const char *const *override,
                            int noverrides)
{
    out->at = sgn_alloc((size_t)count_entries(lists) + (size_t)noverrides, sizeof *out->at);
    if (!out->at) return SGN_EMEM;
    for (const sgn_yaml *e = lists ? lists->child : NULL; e; e = e->next)
        SGN_TRY(axis_from_file(out, e));
    for (int i = 0; i < noverrides; i++) SGN_TRY(axis_from_override(out, override[i]));
    return SGN_OK;
}

/* ---- points ---- */

static sgn_status refuse_overlap(const sgn_yaml *cases, const sgn_yaml *lists)
{
    for (const sgn_yaml *one = cases ? cases->child : NULL; one; one = one->next)
        for (const sgn_yaml *e = one->child; e; e = e->next)
            if (sgn_yaml_find(lists, e->key))
                return sgn_fail_at(e->key_at, SGN_ECONFIG,
                                   "%s is set by a case and varied by sweep, must be one of both",
                                   e->key);
    return SGN_OK;
}

/* Multiplies *points by the number of combinations. */
static sgn_status count_points(const axes *a, int *points)
{
    for (int i = 0; i < a->n; i++) {
        if (a->at[i].n > MOST_POINTS / *points)
            return sgn_fail(SGN_ECONFIG, "the sweep has more than %d points", MOST_POINTS);
        *points *= a->at[i].n;
    }
    return SGN_OK;
}

/* What the case says: label, command, and its keys as the first overrides. */
static sgn_status read_case(sgn_sweep_point *p, const sgn_yaml *one, int *filled)
{
    for (const sgn_yaml *e = one ? one->child : NULL; e; e = e->next) {
        if (strcmp(e->key, "label") == 0) snprintf(p->label, sizeof p->label, "%s", e->text);
        else if (strcmp(e->key, "command") == 0)
            snprintf(p->command, sizeof p->command, "%s", e->text);
        else if (!(p->override[(*filled)++] = new_setting(e->key, e->text, strlen(e->text))))
            return SGN_EMEM;
    }
    return SGN_OK;
}

/* Combination c of the axes: a number whose last digit, the last axis, moves fastest. */
static sgn_status fill_point(sgn_sweep_point *p, const sgn_yaml *one, const axes *a, int c)
{
    int filled = 0;
    p->override = sgn_alloc((size_t)count_entries(one) + (size_t)a->n, sizeof *p->override);
    if (!p->override) return SGN_EMEM;
    p->noverrides = count_entries(one) + a->n;
    SGN_TRY(read_case(p, one, &filled));
    p->noverrides = filled + a->n;
    for (int i = a->n - 1; i >= 0; c /= a->at[i].n, i--) {
        const char *chosen = a->at[i].setting[c % a->at[i].n];
        size_t size = strlen(chosen) + 1;
        if (!(p->override[filled + i] = sgn_alloc(size, 1))) return SGN_EMEM;
        memcpy(p->override[filled + i], chosen, size);
    }
    return SGN_OK;
}

/* Room for so many points behind those there are. */
static sgn_status make_room(sgn_sweep *s, int points)
{
    if (points > MOST_POINTS - s->n)
        return sgn_fail(SGN_ECONFIG, "the sweep has more than %d points", MOST_POINTS);
    sgn_sweep_point *point = sgn_alloc((size_t)s->n + (size_t)points, sizeof *point);
    if (!point) return SGN_EMEM;
    if (s->n) memcpy(point, s->point, (size_t)s->n * sizeof *point);
    sgn_free(s->point);
    s->point = point;
    return SGN_OK;
}

/* `out` has to be freed on failure, too. */
static sgn_status add_points(sgn_sweep *out, const sgn_yaml *cases, const axes *a,
                             const char *command)
{
    int ncases = cases ? count_entries(cases) : 1, points = ncases;
    SGN_TRY(count_points(a, &points));
    SGN_TRY(make_room(out, points));
    const sgn_yaml *one = cases ? cases->child : NULL;
    for (int i = 0; i < ncases; i++, one = one ? one->next : NULL)
        for (int c = 0; c < points / ncases; c++) {
            sgn_sweep_point *p = &out->point[out->n++];
            snprintf(p->command, sizeof p->command, "%s", command);
            SGN_TRY(fill_point(p, one, a, c));
        }
    return SGN_OK;
}

static sgn_status add_grid(sgn_sweep *out, const sgn_yaml *cases, const sgn_yaml *grid,
                           const char *const *override, int noverrides, const char *command)
{
    axes a = {0};
    SGN_TRY(refuse_overlap(cases, grid));
    sgn_status status = find_axes(&a, grid, override, noverrides);
    if (status == SGN_OK) status = add_points(out, cases, &a, command);
    free_axes(&a);
    return status;
}

static sgn_status sweep_from(sgn_sweep *out, const sgn_yaml *root, const char *const *override,
                             int noverrides)
{
    sgn_config scratch;
    sgn_sweep s = {0};
    const sgn_yaml *lists = sgn_yaml_find(root, "sweep"), *cases = sgn_yaml_find(root, "cases");
    const sgn_yaml *grid = first_grid(lists);
    SGN_TRY(sgn_config_resolve(&scratch, root, NULL, 0));
    const char *command = sgn_config_is_experiment(&scratch) ? "experiment" : "train";
    sgn_status status;
    do status = add_grid(&s, cases, grid, override, noverrides, command);
    while (status == SGN_OK && (grid = next_grid(lists, grid)));
    if (status == SGN_OK) *out = s;
    else sgn_sweep_free(&s);
    return status;
}

sgn_status sgn_sweep_load(sgn_sweep *out, const char *path, const char *const *override,
                          int noverrides)
{
    sgn_yaml *root = NULL;
    if (path) SGN_TRY(sgn_yaml_load(&root, path));
    sgn_status s = sweep_from(out, root, override, noverrides);
    sgn_yaml_free(root);
    return s;
}

void sgn_sweep_free(sgn_sweep *s)
{
    if (!s) return;
    assert(s->point || s->n == 0);
    for (int i = 0; i < s->n; i++) free_texts(s->point[i].override, s->point[i].noverrides);
    sgn_free(s->point);
    *s = (sgn_sweep){0};
}
