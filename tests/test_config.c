#include "core/rng.h"
#include "io/config.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- help ---- */

static sgn_status parse(sgn_config *c, const char *text)
{
    return sgn_config_parse(c, text, strlen(text), "t.yml", NULL, 0);
}

static sgn_config accepted(const char *text)
{
    sgn_config c;
    cr_assert_eq(parse(&c, text), SGN_OK, "%s\n%s", text, sgn_last_error());
    return c;
}

static sgn_config untouched(void)
{
    sgn_config c;
    memset(&c, 0x5a, sizeof c);
    return c;
}

static void refused(const char *text, const char *sentence)
{
    sgn_config c = untouched(), before = c;
    cr_assert_eq(parse(&c, text), SGN_ECONFIG, "accepted:\n%s", text);
    cr_assert_str_eq(sgn_last_error(), sentence);
    cr_assert_eq(memcmp(&c, &before, sizeof c), 0, "refused but changed:\n%s", text);
}

/* As refused, where libyaml says the rest. */
static void refused_with(const char *text, const char *part)
{
    sgn_config c;
    cr_assert_eq(parse(&c, text), SGN_ECONFIG, "accepted:\n%s", text);
    cr_assert(strstr(sgn_last_error(), part), "%s", sgn_last_error());
}

static sgn_status override(sgn_config *c, const char *text)
{
    return sgn_config_load(c, NULL, &text, 1);
}

static void override_refused(const char *text, const char *sentence)
{
    sgn_config c;
    cr_assert_eq(override(&c, text), SGN_ECONFIG, "accepted: %s", text);
    cr_assert_str_eq(sgn_last_error(), sentence);
}

/* A file of its own for this test; the caller removes it. */
static void write_file(char path[64], const char *text)
{
    snprintf(path, 64, "/tmp/signroll-config-XXXXXX");
    int fd = mkstemp(path);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int same_field(const sgn_option *o, const void *a, const void *b)
{
    const char *x = (const char *)a + o->at, *y = (const char *)b + o->at;
    switch (o->type) {
    case SGN_OPT_INT:
    case SGN_OPT_BOOL:
    case SGN_OPT_CHOICE: return memcmp(x, y, sizeof(int)) == 0;
    case SGN_OPT_SEED: return memcmp(x, y, sizeof(uint64_t)) == 0;
    case SGN_OPT_REAL: return memcmp(x, y, sizeof(double)) == 0;
    case SGN_OPT_NAME:
    case SGN_OPT_PATH: return strcmp(x, y) == 0;
    }
    return 0;
}

/* The key that differs, or NULL. */
static const char *difference(const sgn_config *a, const sgn_config *b)
{
    for (int i = 0; i < sgn_config_section_count; i++) {
        const sgn_option_section *s = &sgn_config_sections[i];
        for (int j = 0; j < *s->n; j++)
            if (!same_field(&s->option[j], (const char *)a + s->at, (const char *)b + s->at))
                return s->option[j].key;
    }
    return NULL;
}

/* ---- reading ---- */

Test(config, without_a_file_everything_is_preset)
{
    sgn_config presets, c;
    sgn_config_presets(&presets);
    cr_assert_eq(sgn_config_load(&c, NULL, NULL, 0), SGN_OK);
    cr_assert_null(difference(&presets, &c));
    cr_assert_str_eq(c.name, "run");
    cr_assert_eq(c.seed, 1u);
}

Test(config, an_empty_text_and_empty_sections_are_the_presets)
{
    sgn_config presets;
    sgn_config_presets(&presets);
    const char *const empty[] = {
        "", "# nothing\n", "---\n", "{}", "train:\n", "network: {}\n", "report:\n  title: any\n"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        sgn_config c = accepted(empty[i]);
        cr_assert_null(difference(&presets, &c), "%s", empty[i]);
    }
}

Test(config, keys_stand_in_their_section_or_dotted)
{
    sgn_config c = accepted("name: quick-start_1.0\n"
                            "seed: 18446744073709551615\n"
                            "problem: {m: 125, snr_db: 20, file: \"a b.h5\"}\n"
                            "network:\n  depth: 8\n  tied: yes\n"
                            "weights: {density: 0.25, scale: global}\n"
                            "train.lr: 1e-2\n"
                            "train: {steps: 4e3}\n"
                            "solve: {tolerance: 1.0e-6, lambda: auto}\n");
    cr_assert_str_eq(c.name, "quick-start_1.0");
    cr_assert_eq(c.seed, UINT64_MAX);
    cr_assert_eq(c.problem.m, 125);
    cr_assert_eq(c.problem.snr_db, 20);
    cr_assert_str_eq(c.problem.file, "a b.h5");
    cr_assert_eq(c.net.depth, 8);
    cr_assert_eq(c.net.tied, 1);
    cr_assert_eq(c.net.density, 0.25);
    cr_assert_eq(c.net.scale, SGN_SCALE_GLOBAL);
    cr_assert_eq(c.train.lr, 1e-2);
    cr_assert_eq(c.train.steps, 4000);
    cr_assert(isnan(c.solve.lambda));
}

Test(config, unknown_key_names_the_line_and_the_nearest_key)
{
    refused("seed: 3\nnetwork:\n  dept: 8\n",
            "t.yml:3:3: unknown key 'network.dept'; did you mean 'network.depth'?");
    refused("network.dept: 8\n",
            "t.yml:1:1: unknown key 'network.dept'; did you mean 'network.depth'?");
    refused("netwrok:\n  depth: 8\n", "t.yml:1:1: unknown key 'netwrok'; did you mean 'network'?");
    refused("swep: {}\n", "t.yml:1:1: unknown key 'swep'; did you mean 'sweep'?");
    refused("network: {<<: {depth: 8}}\n", "t.yml:1:11: unknown key 'network.<<'");
}

Test(config, a_key_in_the_wrong_section_is_found_in_the_right_one)
{
    refused("depth: 8\n", "t.yml:1:1: unknown key 'depth'; did you mean 'network.depth'?");
    refused("solve: {depth: 8}\n",
            "t.yml:1:9: unknown key 'solve.depth'; did you mean 'network.depth'?");
    refused("cheese: 8\n", "t.yml:1:1: unknown key 'cheese'");
}

Test(config, a_value_out_of_range_is_told_with_its_place)
{
    refused("network:\n  depth: 0\n", "t.yml:2:10: network.depth is 0, must be at least 1");
    refused("network: {depth: 1.5}", "t.yml:1:18: network.depth is 1.5, must be a whole number");
    refused("network:\n  depth:\n", "t.yml:2:9: network.depth is empty, must be a whole number");
    refused("network: {tied: 3}", "t.yml:1:17: network.tied is 3, must be true or false");
}

Test(config, a_value_of_the_wrong_shape_is_told_with_its_place)
{
    refused("network: {depth: [8, 16]}", "t.yml:1:18: network.depth is a list, must be one value");
    refused("seed: {a: 1}", "t.yml:1:7: seed is a mapping, must be one value");
    refused("network: 8", "t.yml:1:10: network must be a mapping of keys to values");
    refused("network: [8]", "t.yml:1:10: network must be a mapping of keys to values");
    refused("- seed", "t.yml:1:1: a configuration must be a mapping of keys to values");
    refused("seed", "t.yml:1:1: a configuration must be a mapping of keys to values");
}

Test(config, a_key_may_be_given_once)
{
    refused("seed: 1\nseed: 1\n", "t.yml:2:1: duplicate key 'seed', first in line 1");
    refused("network: {depth: 8}\nnetwork: {tied: no}\n",
            "t.yml:2:1: duplicate key 'network', first in line 1");
    refused("network: {depth: 8}\nnetwork.depth: 8\n", "t.yml:2:1: duplicate key 'network.depth'");
}

Test(config, the_name_can_name_a_folder)
{
    refused("name: a/b\n", "t.yml:1:7: name is a/b, must hold only letters, digits, '.', '_' and "
                           "'-': it names a folder");
    override_refused("name=a b", "command line: name is a b, must hold only letters, digits, '.', "
                                 "'_' and '-': it names a folder");
}

Test(config, yaml_that_a_configuration_does_not_need_is_refused)
{
    refused("seed: &a 1\n", "t.yml:1:7: anchors and aliases are not supported");
    refused("seed: *a\n", "t.yml:1:7: anchors and aliases are not supported");
    refused("network: &n {depth: 8}\n", "t.yml:1:10: anchors and aliases are not supported");
    refused("&k seed: 1\n", "t.yml:1:1: anchors and aliases are not supported");
    refused("seed: !!int 1\n", "t.yml:1:7: tags are not supported");
    refused("seed: 1\n---\nseed: 2\n", "t.yml:2:1: a second document begins here, must be one");
    refused("? [a, b]\n: 1\n", "t.yml:1:3: a key must be one word");
    refused("seed: \"1\\0 2\"\n", "t.yml:1:7: a NUL character is not text");
    refused("\"se\\eed\": 1\n", "t.yml:1:1: a key must not hold control characters");
    refused("problem: {file: \"a\\nb\"}\n", "t.yml:1:17: problem.file must be one line of UTF-8 "
                                            "text without control characters");
}

Test(config, broken_yaml_is_told_with_its_place)
{
    refused_with("seed: 1\nnetwork: {depth: 8\n", "t.yml:3:1: not valid YAML: ");
    refused_with("seed: 1\n\tdepth: 8\n", "t.yml:2:1: not valid YAML: ");
    refused_with("seed: \"1\n", "t.yml:2:1: not valid YAML: ");
    refused_with("seed: 1\xff\n", "t.yml: byte 8: not readable as text: ");
}

Test(config, depth_size_and_number_of_values_are_bounded)
{
    static char text[(1 << 20) + 2];
    memset(text, '[', sizeof text - 2);
    refused(text, "t.yml:1:17: nested deeper than 16 levels");
    memset(text, '#', sizeof text - 1);
    refused(text, "t.yml: larger than 1 MiB, so not a configuration");
    text[1 << 20] = '\0';
    accepted(text);
    int n = snprintf(text, sizeof text, "report: [");
    for (int i = 0; i < 5000; i++, n += 2) memcpy(text + n, "1,", 2);
    memcpy(text + n, "]", 2);
    refused_with(text, "more than 5000 values");
}

Test(config, a_file_that_cannot_be_read_is_named)
{
    sgn_config c;
    cr_assert_eq(sgn_config_load(&c, "/nowhere/c.yml", NULL, 0), SGN_ECONFIG);
    cr_assert_str_eq(sgn_last_error(), "/nowhere/c.yml: No such file or directory");
    cr_assert_eq(sgn_config_load(&c, "/tmp", NULL, 0), SGN_ECONFIG);
    cr_assert_str_eq(sgn_last_error(), "/tmp: Is a directory");
}

/* ---- the command line ---- */

Test(config, overrides_win_over_the_file_in_order)
{
    char path[64];
    sgn_config c;
    write_file(path, "network: {depth: 8}\nseed: 5\n");
    const char *const last[] = {"network.depth=9", "network.depth=10", "problem.file=a=b,c.h5"};
    sgn_status s = sgn_config_load(&c, path, last, 3);
    unlink(path);
    cr_assert_eq(s, SGN_OK, "%s", sgn_last_error());
    cr_assert_eq(c.net.depth, 10);
    cr_assert_eq(c.seed, 5u);
    cr_assert_str_eq(c.problem.file, "a=b,c.h5");
}

Test(config, a_wrong_override_says_that_it_is_one)
{
    override_refused("network.dept=8", "command line: unknown key 'network.dept'; did you mean "
                                       "'network.depth'?");
    override_refused("network.depth=0", "command line: network.depth is 0, must be at least 1");
    override_refused("network.depth",
                     "command line: 'network.depth' has no '=', must be key=value");
    override_refused("train=1", "command line: unknown key 'train'");
    override_refused("=1", "command line: unknown key ''");
    override_refused("seed=\n1", "command line: an override must be one line of UTF-8 text "
                                 "without control characters");
}

/* ---- writing ---- */

static double random_real(sgn_rng *r, const sgn_option *o)
{
    if (isnan(o->preset) && sgn_rng_below(r, 4) == 0) return o->preset;
    int any = o->least == 0 && o->most == 0;
    for (;;) {
        double v = exp(20 * sgn_rng_normal(r)) * (sgn_rng_below(r, 2) ? 1 : -1);
        if (sgn_rng_below(r, 8) == 0) v = (double)INFINITY;
        if (sgn_rng_below(r, 4) == 0 && !any) v = o->least + sgn_rng_uniform(r);
        if (any || (v >= o->least && v <= o->most)) return v;
    }
}

static int random_int(sgn_rng *r, const sgn_option *o)
{
    double least = o->least, most = o->most > 2147483647 ? 2147483647 : o->most;
    if (o->least == 0 && o->most == 0) most = 2147483647;
    return (int)(least + floor(sgn_rng_uniform(r) * (most - least + 1)));
}

static int random_choice(sgn_rng *r, const char *choices)
{
    uint32_t n = 1;
    for (; *choices; choices++) n += *choices == '|';
    return (int)sgn_rng_below(r, n);
}

/* Printable ASCII; what a name may hold where it is the run's. */
static void random_text(sgn_rng *r, char *text, size_t size, int is_name)
{
    static const char safe[] = "abcXYZ019._-";
    size_t length = sgn_rng_below(r, (uint32_t)size - 1) + 1;
    memset(text, 0, size);
    for (size_t i = 0; i < length && i < size - 1; i++)
        text[i] = is_name ? safe[sgn_rng_below(r, sizeof safe - 1)]
                          : (char)(' ' + (int)sgn_rng_below(r, 95));
}

static void randomise(sgn_rng *r, const sgn_option *o, void *at)
{
    switch (o->type) {
    case SGN_OPT_INT: *(int *)at = random_int(r, o); return;
    case SGN_OPT_BOOL: *(int *)at = (int)sgn_rng_below(r, 2); return;
    case SGN_OPT_CHOICE: *(int *)at = random_choice(r, o->choices); return;
    case SGN_OPT_SEED: *(uint64_t *)at = (uint64_t)sgn_rng_u32(r) << 32 | sgn_rng_u32(r); return;
    case SGN_OPT_REAL: *(double *)at = random_real(r, o); return;
    case SGN_OPT_NAME: random_text(r, at, SGN_NAME_MAX, strcmp(o->key, "name") == 0); return;
    case SGN_OPT_PATH: random_text(r, at, SGN_PATH_MAX, 0); return;
    }
}

static sgn_config random_config(sgn_rng *r)
{
    sgn_config c;
    sgn_config_presets(&c);
    for (int i = 0; i < sgn_config_section_count; i++) {
        const sgn_option_section *s = &sgn_config_sections[i];
        for (int j = 0; j < *s->n; j++)
            randomise(r, &s->option[j], (char *)&c + s->at + s->option[j].at);
    }
    return c;
}

Test(config, text_reads_back_to_the_same_bits)
{
    sgn_rng r = sgn_rng_stream(1, SGN_RNG_FREE, 0, 0);
    for (int i = 0; i < 300; i++) {
        sgn_config c = random_config(&r);
        char *text = NULL;
        cr_assert_eq(sgn_config_text(&c, &text), SGN_OK);
        sgn_config back = accepted(text);
        const char *key = difference(&c, &back);
        cr_assert_null(key, "%s differs in\n%s", key, text);
        free(text);
        c.train.lr += 1e-9 + c.train.lr * 1e-9;  // the comparison can tell
        if (!isinf(c.train.lr)) cr_assert_str_eq(difference(&c, &back), "lr");
    }
}

Test(config, text_is_grouped_by_section)
{
    sgn_config c;
    char *text = NULL;
    sgn_config_presets(&c);
    cr_assert_eq(sgn_config_text(&c, &text), SGN_OK);
    static const char begins[] = "name: run\nseed: 1\nexperiment: none\n\nproblem:\n  kind: ";
    cr_assert_eq(strncmp(text, begins, strlen(begins)), 0, "%s", text);
    cr_assert(strstr(text, "\nnetwork:\n  "));
    cr_assert(strstr(text, "\nweights:\n  "));
    cr_assert(strstr(text, "\n  snr_db: inf\n"));
    free(text);
}

Test(config, schema_has_a_line_for_every_key_and_straight_columns)
{
    char *text = NULL, *rest, *line;
    int lines = -1, keys = 0;
    cr_assert_eq(sgn_config_schema(&text), SGN_OK);
    long type_at = strstr(text, "type") - text;
    rest = text;
    for (; (line = strsep(&rest, "\n")) && *line; lines++) {
        cr_assert_eq(line[type_at - 1], ' ', "%s", line);
        cr_assert_neq(line[type_at], ' ', "%s", line);
    }
    for (int i = 0; i < sgn_config_section_count; i++) keys += *sgn_config_sections[i].n;
    cr_assert_eq(lines, keys);
    free(text);
}

/* ---- anything at all ---- */

Test(config, a_damaged_text_is_read_or_refused_with_a_sentence)
{
    sgn_rng r = sgn_rng_stream(2, SGN_RNG_FREE, 0, 0);
    const char good[] = "name: a\nnetwork: {depth: 8, tied: no}\ntrain:\n  lr: 1e-3\n"
                        "sweep: {seed: [1, 2]}\ncases:\n  - {label: x, train.lr: 1}\n";
    int bad = 0;
    for (int i = 0; i < 3000; i++) {
        char text[sizeof good];
        sgn_config c;
        memcpy(text, good, sizeof good);
        for (uint32_t k = sgn_rng_below(&r, 4); k < 4; k++)
            text[sgn_rng_below(&r, sizeof good - 1)] = (char)sgn_rng_below(&r, 256);
        sgn_status s = sgn_config_parse(&c, text, sgn_rng_below(&r, sizeof good), "t.yml", NULL, 0);
        cr_assert(s == SGN_OK || (s == SGN_ECONFIG && strstr(sgn_last_error(), "t.yml")));
        bad += s != SGN_OK;
    }
    cr_assert_gt(bad, 1000);
}

/* ---- sweeps ---- */

static sgn_status sweep(sgn_sweep *s, const char *text, const char *const *last, int n)
{
    char path[64];
    write_file(path, text);
    sgn_status status = sgn_sweep_load(s, path, last, n);
    unlink(path);
    return status;
}

/* "label:command:key=value,key=value" of a point. */
static void says(const sgn_sweep *s, int i, const char *expected)
{
    char text[1024];
    const sgn_sweep_point *p = &s->point[i];
    int n = snprintf(text, sizeof text, "%s:%s:", p->label, p->command);
    for (int k = 0; k < p->noverrides; k++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", k ? "," : "", p->override[k]);
    cr_assert_str_eq(text, expected, "point %d is %s", i, text);
}

static void sweep_refused(const char *text, const char *sentence)
{
    sgn_sweep s = {NULL, 77};
    cr_assert_eq(sweep(&s, text, NULL, 0), SGN_ECONFIG, "accepted:\n%s", text);
    cr_assert(strstr(sgn_last_error(), sentence), "%s", sgn_last_error());
    cr_assert(!s.point && s.n == 77);
}

static const char cases_and_lists[] = "sweep:\n"
                                      "  network.depth: [8, 16]\n"
                                      "  seed: [1, 2, 3]\n"
                                      "cases:\n"
                                      "  - {label: dense one-bit, weights.support: all}\n"
                                      "  - {label: ISTA, command: solve, network.solver: ista}\n";

Test(sweep, points_are_cases_times_combinations_and_the_last_list_moves_fastest)
{
    sgn_sweep s;
    cr_assert_eq(sweep(&s, cases_and_lists, NULL, 0), SGN_OK, "%s", sgn_last_error());
    cr_assert_eq(s.n, 12);
    says(&s, 0, "dense one-bit:train:weights.support=all,network.depth=8,seed=1");
    says(&s, 1, "dense one-bit:train:weights.support=all,network.depth=8,seed=2");
    says(&s, 3, "dense one-bit:train:weights.support=all,network.depth=16,seed=1");
    says(&s, 6, "ISTA:solve:network.solver=ista,network.depth=8,seed=1");
    says(&s, 11, "ISTA:solve:network.solver=ista,network.depth=16,seed=3");
    sgn_sweep_free(&s);
    cr_assert(!s.point && s.n == 0);
    sgn_sweep_free(&s);
    sgn_sweep_free(NULL);
}

Test(sweep, every_point_resolves_to_its_config)
{
    sgn_sweep s;
    cr_assert_eq(sweep(&s, cases_and_lists, NULL, 0), SGN_OK);
    for (int i = 0; i < s.n; i++) {
        sgn_config c;
        const sgn_sweep_point *p = &s.point[i];
        cr_assert_eq(sgn_config_load(&c, NULL, (const char *const *)p->override, p->noverrides),
                     SGN_OK);
        cr_assert_eq(c.net.depth, i / 3 % 2 ? 16 : 8);
        cr_assert_eq(c.seed, (uint64_t)(i % 3 + 1));
    }
    sgn_sweep_free(&s);
}

Test(sweep, grids_follow_one_another)
{
    sgn_sweep s;
    const char *text = "sweep:\n"
                       "  - {problem.snr_db: [inf, 20], seed: [1]}\n"
                       "  - {network.depth: [4, 8]}\n"
                       "cases:\n"
                       "  - {label: a, weights.support: all}\n"
                       "  - {label: b, weights.frozen: true}\n";
    const char *twice = "seed=7,8";
    cr_assert_eq(sweep(&s, text, NULL, 0), SGN_OK, "%s", sgn_last_error());
    cr_assert_eq(s.n, 8);
    says(&s, 1, "a:train:weights.support=all,problem.snr_db=20,seed=1");
    says(&s, 2, "b:train:weights.frozen=true,problem.snr_db=inf,seed=1");
    says(&s, 4, "a:train:weights.support=all,network.depth=4");
    says(&s, 7, "b:train:weights.frozen=true,network.depth=8");
    sgn_sweep_free(&s);
    cr_assert_eq(sweep(&s, text, &twice, 1), SGN_OK);
    cr_assert_eq(s.n, 16, "the command line holds for every grid");
    says(&s, 15, "b:train:weights.frozen=true,network.depth=8,seed=8");
    sgn_sweep_free(&s);
    sweep_refused("sweep: [{seed: [1]}, {sede: [1]}]\n", "sede");
    sweep_refused("sweep: [seed]\n", "mapping of keys to lists");
    sweep_refused("sweep: []\n", "at least one mapping");
}

Test(sweep, without_lists_and_cases_there_is_one_point)
{
    sgn_sweep s;
    cr_assert_eq(sweep(&s, "seed: 3\n", NULL, 0), SGN_OK);
    cr_assert_eq(s.n, 1);
    says(&s, 0, ":train:");
    sgn_sweep_free(&s);
    cr_assert_eq(sgn_sweep_load(&s, NULL, NULL, 0), SGN_OK);
    cr_assert_eq(s.n, 1);
    sgn_sweep_free(&s);
}

Test(sweep, the_command_line_wins)
{
    sgn_sweep s;
    const char *const last[] = {"train.lr=0.1", "seed=7", "weights.support=random,physics"};
    cr_assert_eq(sweep(&s, cases_and_lists, last, 3), SGN_OK, "%s", sgn_last_error());
    cr_assert_eq(s.n, 8);
    says(&s, 0,
         "dense one-bit:train:weights.support=all,network.depth=8,seed=7,train.lr=0.1,"
         "weights.support=random");
    says(&s, 1,
         "dense one-bit:train:weights.support=all,network.depth=8,seed=7,train.lr=0.1,"
         "weights.support=physics");
    says(&s, 7,
         "ISTA:solve:network.solver=ista,network.depth=16,seed=7,train.lr=0.1,"
         "weights.support=physics");
    sgn_sweep_free(&s);
}

Test(sweep, points_of_a_config_that_names_an_experiment_run_it)
{
    sgn_sweep s;
    const char *const last[] = {"seed=7"};
    cr_assert_eq(sweep(&s,
                       "experiment: random-features\n"
                       "cases: [{label: a}, {label: b, command: train}]\n",
                       last, 1),
                 SGN_OK, "%s", sgn_last_error());
    says(&s, 0, "a:experiment:seed=7");
    says(&s, 1, "b:train:seed=7");
    sgn_sweep_free(&s);
}

Test(sweep, the_last_override_of_a_key_counts)
{
    sgn_sweep s;
    const char *const last[] = {"seed=1", "seed=2,3", "train.lr=1,2", "train.lr=3"};
    cr_assert_eq(sgn_sweep_load(&s, NULL, last, 4), SGN_OK);
    cr_assert_eq(s.n, 2);
    says(&s, 0, ":train:seed=2,train.lr=3");
    says(&s, 1, ":train:seed=3,train.lr=3");
    sgn_sweep_free(&s);
}

Test(sweep, every_value_is_checked_where_it_stands)
{
    sweep_refused("sweep: {network.depth: [8, 0]}\n",
                  ":1:28: network.depth is 0, must be at least 1");
    sweep_refused("sweep: {network.dept: [8]}\n",
                  ":1:9: unknown key 'network.dept'; did you mean 'network.depth'?");
    sweep_refused("sweep: {seed: 8}\n", ":1:15: sweep: seed must be a list of at least one value");
    sweep_refused("sweep: {seed: []}\n", ":1:15: sweep: seed must be a list of at least one value");
    sweep_refused("sweep: {seed: [[1]]}\n", ":1:16: seed is a list, must be one value");
    sweep_refused("sweep: [1]\n", ":1:9: sweep must be a mapping of keys to lists");
    sweep_refused("cases: {label: a}\n", ":1:8: cases must be a list of at least one mapping");
    sweep_refused("cases: []\n", ":1:8: cases must be a list of at least one mapping");
    sweep_refused("cases: [{seed: 1}]\n", ":1:9: a case must be a mapping with a label");
    sweep_refused("cases: [a]\n", ":1:9: a case must be a mapping with a label");
    sweep_refused("cases: [{label: \"\"}]\n", ":1:17: label must be one line of 1 to 63 bytes");
    sweep_refused("cases: [{label: a, command: eval}]\n",
                  ":1:29: command must be train, solve or experiment");
    sweep_refused("cases: [{label: a, network: {depth: 8}}]\n", ":1:20: unknown key 'network'");
    sweep_refused("cases: [{label: a, seed: x}]\n", ":1:26: seed is x, must be a whole number");
    sweep_refused("sweep: {seed: [1]}\ncases: [{label: a, seed: 2}]\n",
                  ":2:20: seed is set by a case and varied by sweep, must be one of both");
}

Test(sweep, a_file_with_a_wrong_sweep_is_no_config_either)
{
    refused("sweep: {network.depth: [0]}\n", "t.yml:1:25: network.depth is 0, must be at least 1");
    refused("cases: [{seed: 1}]\n", "t.yml:1:9: a case must be a mapping with a label");
}

Test(sweep, lists_on_the_command_line_are_checked)
{
    sgn_sweep s;
    const char *const bad[] = {"network.depth=8,0", "network.dept=8,9", "seed=1,,2", "seed"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(sgn_sweep_load(&s, NULL, &bad[i], 1), SGN_ECONFIG, "%s", bad[i]);
        cr_assert_eq(strncmp(sgn_last_error(), "command line: ", 14), 0, "%s", sgn_last_error());
    }
}

Test(sweep, the_number_of_points_is_bounded)
{
    char many[2048] = "seed=1", other[2048] = "problem.seed=1", third[2048] = "train.lr=1";
    for (int i = 0; i < 99; i++) strcat(many, ",1"), strcat(other, ",1"), strcat(third, ",1");
    const char *const last[] = {many, other, third};
    sgn_sweep s;
    cr_assert_eq(sgn_sweep_load(&s, NULL, last, 3), SGN_ECONFIG);
    cr_assert_str_eq(sgn_last_error(), "the sweep has more than 100000 points");
    cr_assert_eq(sgn_sweep_load(&s, NULL, last, 2), SGN_OK);
    cr_assert_eq(s.n, 10000);
    sgn_sweep_free(&s);
}
