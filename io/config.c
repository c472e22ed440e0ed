#include "io/config.h"

#include "io/config_tree.h"

#include <assert.h>
#include <string.h>

static const sgn_option top_options[] = {
    {"name", SGN_OPT_NAME, offsetof(sgn_config, name), 0, 0, 0, "run",
     "what the run and its folder are called: letters, digits, '.', '_' and '-'"},
    {"seed", SGN_OPT_SEED, offsetof(sgn_config, seed), 1, 0, 0, NULL,
     "every random number of the run follows from it"},
    {"experiment", SGN_OPT_NAME, offsetof(sgn_config, experiment), 0, 0, 0, "none",
     "what `signroll experiment` runs and every point of a sweep is"},
};
static const int top_option_count = sizeof top_options / sizeof *top_options;

const sgn_option_section sgn_config_sections[] = {
    {"", top_options, &top_option_count, 0},
    {"problem", sgn_problem_options, &sgn_problem_option_count, offsetof(sgn_config, problem)},
    {"test", sgn_condition_options, &sgn_condition_option_count, offsetof(sgn_config, test)},
    {"network", sgn_network_options, &sgn_network_option_count, offsetof(sgn_config, net)},
    {"weights", sgn_weights_options, &sgn_weights_option_count, offsetof(sgn_config, net)},
    {"train", sgn_train_options, &sgn_train_option_count, offsetof(sgn_config, train)},
    {"solve", sgn_classical_options, &sgn_classical_option_count, offsetof(sgn_config, solve)},
    {"features", sgn_feature_options, &sgn_feature_option_count, offsetof(sgn_config, features)},
};
const int sgn_config_section_count = sizeof sgn_config_sections / sizeof *sgn_config_sections;

const sgn_origin sgn_command_line = {"command line", 0, 0};

static void *struct_of(const sgn_option_section *s, sgn_config *c) { return (char *)c + s->at; }

void sgn_config_presets(sgn_config *c)
{
    memset(c, 0, sizeof *c);
    for (int i = 0; i < sgn_config_section_count; i++) {
        const sgn_option_section *s = &sgn_config_sections[i];
        sgn_option_presets(s->option, *s->n, struct_of(s, c));
    }
}

int sgn_config_is_experiment(const sgn_config *c) { return strcmp(c->experiment, "none") != 0; }

/* ---- keys ---- */

void sgn_config_key(char dotted[SGN_KEY_MAX], const char *section, const char *key)
{
    snprintf(dotted, SGN_KEY_MAX, "%.60s%s%.60s", section, *section ? "." : "", key);
}

static const sgn_option *find_row(const char *key, const sgn_option_section **section)
{
    char dotted[SGN_KEY_MAX];
    for (int i = 0; i < sgn_config_section_count; i++) {
        const sgn_option_section *s = &sgn_config_sections[i];
        for (int j = 0; j < *s->n; j++) {
            sgn_config_key(dotted, s->name, s->option[j].key);
            if (strcmp(dotted, key) != 0) continue;
            *section = s;
            return &s->option[j];
        }
    }
    return NULL;
}

int sgn_config_print(const sgn_config *c, const char *key, char *text, size_t size)
{
    const sgn_option_section *section;
    const sgn_option *row = find_row(key, &section);
    if (row) sgn_option_print(row, (const char *)c + section->at, text, size);
    return row != NULL;
}

const char *sgn_config_short_key(const char *key)
{
    const char *dot = strchr(key, '.'), *equals = strchr(key, '=');
    if (!dot || (equals && equals < dot) || !strncmp(key, "test.", strlen("test."))) return key;
    return dot + 1;
}

/* What may stand where a key was not known. */
enum { MOST_KEYS = 256 };
typedef struct {
    char text[MOST_KEYS][SGN_KEY_MAX];
    const char *name[MOST_KEYS + 1];  // NULL-ended
    int n;
} known_keys;

static void know(known_keys *k, const char *section, const char *key)
{
    assert(k->n < MOST_KEYS);
    sgn_config_key(k->text[k->n], section, key);
    k->name[k->n] = k->text[k->n];
    k->name[++k->n] = NULL;
}

static void know_all(known_keys *k, int at_top_of_file)
{
    k->n = 0;
    for (int i = 0; i < sgn_config_section_count; i++) {
        const sgn_option_section *s = &sgn_config_sections[i];
        if (at_top_of_file && *s->name) know(k, "", s->name);
        for (int j = 0; j < *s->n; j++) know(k, s->name, s->option[j].key);
    }
    if (!at_top_of_file) return;
    know(k, "", "sweep");
    know(k, "", "cases");
    know(k, "", "report");
}

static const char *leaf(const char *key)
{
    const char *dot = strrchr(key, '.');
    return dot ? dot + 1 : key;
}

/* The right word in the wrong section is no matter of edit distance. */
static const char *elsewhere(const char *key, const char *const *name)
{
    for (; *name; name++)
        if (strcmp(leaf(*name), leaf(key)) == 0) return *name;
    return NULL;
}

static sgn_status unknown_key(const char *key, sgn_origin at)
{
    known_keys known;
    know_all(&known, at.line > 0 && !strchr(key, '.'));
    const char *meant = sgn_nearest(key, known.name);
    if (!meant) meant = elsewhere(key, known.name);
    if (!meant) return sgn_fail_at(at, SGN_ECONFIG, "unknown key '%.80s'", key);
    return sgn_fail_at(at, SGN_ECONFIG, "unknown key '%.80s'; did you mean '%s'?", key, meant);
}

/* ---- values ---- */

static sgn_status check_run_name(const char *name)
{
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    if (name[strspn(name, allowed)] == '\0') return SGN_OK;
    return sgn_fail(
        SGN_ECONFIG,
        "name is %s, must hold only letters, digits, '.', '_' and '-': it names a folder", name);
}

sgn_status sgn_config_assign(sgn_config *into, const char *key, sgn_origin key_at, const char *text,
                             sgn_origin at)
{
    const sgn_option_section *section;
    const sgn_option *row = find_row(key, &section);
    if (!row) return unknown_key(key, key_at);
    sgn_status s = sgn_option_parse(section->name, row, text, struct_of(section, into));
    if (s == SGN_OK && row == &top_options[0]) s = check_run_name(into->name);
    return sgn_fail_from(at, s);
}

sgn_status sgn_config_assign_node(sgn_config *into, const char *key, sgn_origin key_at,
                                  const sgn_yaml *value)
{
    if (value->kind == SGN_YAML_SCALAR)
        return sgn_config_assign(into, key, key_at, value->text, value->at);
    const sgn_option_section *section;
    if (!find_row(key, &section)) return unknown_key(key, key_at);
    return sgn_fail_at(value->at, SGN_ECONFIG, "%s is a %s, must be one value", key,
                       value->kind == SGN_YAML_LIST ? "list" : "mapping");
}

/* ---- the file ---- */

/* A key may stand in its section or dotted at the top level, but only once. */
typedef struct {
    sgn_config *into;
    char seen[MOST_KEYS][SGN_KEY_MAX];
    int n;
} file_reader;

static sgn_status read_setting(file_reader *f, const char *section, const sgn_yaml *entry)
{
    char key[SGN_KEY_MAX];
    sgn_config_key(key, section, entry->key);
    for (int i = 0; i < f->n; i++)
        if (strcmp(f->seen[i], key) == 0)
            return sgn_fail_at(entry->key_at, SGN_ECONFIG, "duplicate key '%s'", key);
    SGN_TRY(sgn_config_assign_node(f->into, key, entry->key_at, entry));
    assert(f->n < MOST_KEYS);
    memcpy(f->seen[f->n++], key, sizeof key);
    return SGN_OK;
}

static sgn_status read_section(file_reader *f, const sgn_yaml *section)
{
    if (sgn_yaml_is_empty(section)) return SGN_OK;
    if (section->kind != SGN_YAML_MAPPING)
        return sgn_fail_at(section->at, SGN_ECONFIG, "%s must be a mapping of keys to values",
                           section->key);
    for (const sgn_yaml *e = section->child; e; e = e->next)
        SGN_TRY(read_setting(f, section->key, e));
    return SGN_OK;
}

static int is_section(const char *key)
{
    for (int i = 0; i < sgn_config_section_count; i++)
        if (*key && strcmp(sgn_config_sections[i].name, key) == 0) return 1;
    return 0;
}

static sgn_status read_entry(file_reader *f, const sgn_yaml *entry)
{
    if (strcmp(entry->key, "sweep") == 0) return sgn_sweep_check_lists(entry);
    if (strcmp(entry->key, "cases") == 0) return sgn_sweep_check_cases(entry);
    if (strcmp(entry->key, "report") == 0) return sgn_charts_check(entry);
    if (is_section(entry->key)) return read_section(f, entry);
    return read_setting(f, "", entry);
}

static sgn_status read_tree(sgn_config *into, const sgn_yaml *root)
{
    file_reader f = {.into = into, .n = 0};
    if (sgn_yaml_is_empty(root)) return SGN_OK;
    if (root->kind != SGN_YAML_MAPPING)
        return sgn_fail_at(root->at, SGN_ECONFIG,
                           "a configuration must be a mapping of keys to values");
    for (const sgn_yaml *e = root->child; e; e = e->next) SGN_TRY(read_entry(&f, e));
    return SGN_OK;
}

/* ---- the command line ---- */

sgn_status sgn_config_cut(const char *override, char key[SGN_KEY_MAX], const char **value)
{
    const char *equals = strchr(override, '=');
    if (!sgn_text_printable(override))
        return sgn_fail_at(sgn_command_line, SGN_ECONFIG,
                           "an override must be one line of UTF-8 text without control characters");
    if (!equals)
        return sgn_fail_at(sgn_command_line, SGN_ECONFIG, "'%.80s' has no '=', must be key=value",
                           override);
    snprintf(key, SGN_KEY_MAX, "%.*s", (int)(equals - override), override);
    *value = equals + 1;
    return SGN_OK;
}

static sgn_status read_override(sgn_config *into, const char *override)
{
    char key[SGN_KEY_MAX];
    const char *value = NULL;
    SGN_TRY(sgn_config_cut(override, key, &value));
    return sgn_config_assign(into, key, sgn_command_line, value, sgn_command_line);
}

sgn_status sgn_config_override(sgn_config *c, const char *const *override, int noverrides)
{
    sgn_config changed = *c;
    for (int i = 0; i < noverrides; i++) SGN_TRY(read_override(&changed, override[i]));
    *c = changed;
    return SGN_OK;
}

/* ---- the whole ---- */

sgn_status sgn_config_resolve(sgn_config *out, const sgn_yaml *root, const char *const *override,
                              int noverrides)
{
    sgn_config c;
    sgn_config_presets(&c);
    if (root) SGN_TRY(read_tree(&c, root));
    SGN_TRY(sgn_config_override(&c, override, noverrides));
    if (!c.solve.iterations) c.solve.iterations = c.net.depth;
    *out = c;
    return SGN_OK;
}

sgn_status sgn_config_load(sgn_config *out, const char *path, const char *const *override,
                           int noverrides)
{
    sgn_yaml *root = NULL;
    if (path) SGN_TRY(sgn_yaml_load(&root, path));
    sgn_status s = sgn_config_resolve(out, root, override, noverrides);
    sgn_yaml_free(root);
    return s;
}

sgn_status sgn_config_parse(sgn_config *out, const char *text, size_t length, const char *name,
                            const char *const *override, int noverrides)
{
    sgn_yaml *root = NULL;
    SGN_TRY(sgn_yaml_parse(&root, text, length, name));
    sgn_status s = sgn_config_resolve(out, root, override, noverrides);
    sgn_yaml_free(root);
    return s;
}
