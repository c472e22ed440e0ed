/* arguments.c -- the command line behind a command's name, by argp. */
#include "core/memory.h"
#include "core/option.h"
#include "experiments/command.h"

#include <argp.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_JSON = 256,
    KEY_DRY_RUN,
    KEY_FORCE,
    KEY_SCHEMA,
    KEY_SHARD,
    KEY_STOP,
    KEY_LABEL,
    KEY_PHYSICS,
    KEY_C_SOURCE,
    KEY_THEORY,
    KEY_CASE,
    KEY_SCALE,
    KEY_SAVE
};

static const struct {
    int takes;
    struct argp_option option;
} all[] = {
    {SGN_TAKES_OUT, {"out", 'o', "PATH", 0, "write there", 0}},
    {SGN_TAKES_JSON, {"json", KEY_JSON, NULL, 0, "one JSON object on standard output", 0}},
    {SGN_TAKES_QUIET, {"quiet", 'q', NULL, 0, "no progress on standard error", 0}},
    {SGN_TAKES_THREADS, {"threads", 't', "N", 0, "worker threads (1); results do not change", 0}},
    {SGN_TAKES_JOBS, {"jobs", 'j', "N", 0, "processes at a time (1)", 0}},
    {SGN_TAKES_SHARD, {"shard", KEY_SHARD, "I/N", 0, "only every Nth point, from the Ith", 0}},
    {SGN_TAKES_FORCE, {"force", KEY_FORCE, NULL, 0, "replace a run that is there", 0}},
    {SGN_TAKES_DRY_RUN,
     {"dry-run", KEY_DRY_RUN, NULL, 0, "say what would be done, write nothing", 0}},
    {SGN_TAKES_SCHEMA,
     {"schema", KEY_SCHEMA, NULL, 0, "every key with type, default and range", 0}},
    {SGN_TAKES_STOP, {"stop-after", KEY_STOP, "STEP", 0, "save and stop after that step", 0}},
    {SGN_TAKES_SAVE,
     {"save-every", KEY_SAVE, "SECONDS", 0, "between two writes of last.h5 (5); 0: every epoch",
      0}},
    {SGN_TAKES_LABEL, {"label", KEY_LABEL, "TEXT", 0, "what tables call the run", 0}},
    {SGN_TAKES_PHYSICS,
     {"with-physics", KEY_PHYSICS, NULL, 0, "store what could be computed from the problem, too",
      0}},
    {SGN_TAKES_C_SOURCE, {"c", KEY_C_SOURCE, "FILE.c", 0, "write a program in C99 there", 0}},
    {SGN_TAKES_THEORY,
     {"theory", KEY_THEORY, NULL, 0, "bounds beside measurements, however large the network", 0}},
    {SGN_TAKES_CASE, {"case", KEY_CASE, "PATTERN", 0, "only the cases it matches", 0}},
    {SGN_TAKES_SCALE,
     {"scale", KEY_SCALE, NULL, 0, "time and memory against size, depth, batch and density", 0}},
};
enum { OPTIONS = sizeof all / sizeof *all };

/* An interrupted machine loses no more seconds of training. */
static const double save_every = 5;

typedef struct {
    const sgn_command *command;
    sgn_arguments *a;
    sgn_status status;
} parse_state;

static sgn_status parse_number(const char *option, const char *text, int *out)
{
    char *end;
    long v = strtol(text, &end, 10);
    if (*end || end == text || v < 1 || v > 1000000000)
        return sgn_fail(SGN_ECONFIG, "--%s is '%s', must be a whole number of at least 1", option,
                        text);
    *out = (int)v;
    return SGN_OK;
}

static sgn_status parse_seconds(const char *option, const char *text, double *out)
{
    char *end;
    double v = strtod(text, &end);
    if (*end || end == text || !(v >= 0))
        return sgn_fail(SGN_ECONFIG, "--%s is '%s', must be seconds, at least 0", option, text);
    *out = v;
    return SGN_OK;
}

static sgn_status parse_shard(const char *text, sgn_arguments *a)
{
    char rest;
    if (sscanf(text, "%d/%d%c", &a->shard, &a->shards, &rest) != 2 || a->shards < 1 ||
        a->shard < 1 || a->shard > a->shards)
        return sgn_fail(SGN_ECONFIG, "--shard is '%s', must be I/N with I from 1 to N", text);
    a->shard--;
    return SGN_OK;
}

/* key=value, where a key is made of letters, digits, '.' and '_' */
static int is_override(const char *word)
{
    const char *c = word;
    while (isalnum((unsigned char)*c) || *c == '.' || *c == '_') c++;
    return c > word && *c == '=';
}

static sgn_status check_words(const sgn_command *c, const sgn_arguments *a)
{
    if (a->words < c->least && !a->schema)
        return sgn_fail(SGN_ECONFIG, "%s needs %s", c->name, c->usage);
    if (a->words > c->most)
        return sgn_fail(SGN_ECONFIG,
                        "%s does not know what to do with '%s'; a setting is key=value", c->name,
                        a->word[c->most]);
    return SGN_OK;
}

static error_t parse(int key, char *arg, struct argp_state *s)
{
    parse_state *p = s->input;
    sgn_arguments *a = p->a;
    switch (key) {
    case ARGP_KEY_INIT: s->err_stream = NULL; break;  // one line says it, not two
    case 'o': a->out = arg; break;
    case 'q': a->quiet = 1; break;
    case 't': p->status = parse_number("threads", arg, &a->threads); break;
    case 'j': p->status = parse_number("jobs", arg, &a->jobs); break;
    case KEY_JSON: a->json = 1; break;
    case KEY_FORCE: a->force = 1; break;
    case KEY_DRY_RUN: a->dry_run = 1; break;
    case KEY_SCHEMA: a->schema = 1; break;
    case KEY_SHARD: p->status = parse_shard(arg, a); break;
    case KEY_STOP: p->status = parse_number("stop-after", arg, &a->stop_after); break;
    case KEY_SAVE: p->status = parse_seconds("save-every", arg, &a->save_every); break;
    case KEY_LABEL: a->label = arg; break;
    case KEY_PHYSICS: a->with_physics = 1; break;
    case KEY_C_SOURCE: a->c_source = arg; break;
    case KEY_THEORY: a->theory = 1; break;
    case KEY_CASE: a->pattern = arg; break;
    case KEY_SCALE: a->scale = 1; break;
    case ARGP_KEY_ARG:
        if (is_override(arg)) a->override[a->overrides++] = arg;
        else a->word[a->words++] = arg;
        break;
    case ARGP_KEY_END: p->status = check_words(p->command, a); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return p->status ? EINVAL : 0;
}

/* argp would say no more than that there is no such option. */
static sgn_status check_option(const sgn_command *c, const char *word)
{
    const char *names[OPTIONS + 2] = {"help"};
    size_t length = strcspn(word, "=");
    if (!strncmp("help", word, length) || !strncmp("usage", word, length)) return SGN_OK;
    for (int i = 0, n = 1; i < OPTIONS; i++) {
        if (!(c->takes & all[i].takes)) continue;
        names[n++] = all[i].option.name;
        if (!strncmp(names[n - 1], word, length)) return SGN_OK;
    }
    const char *nearest = sgn_nearest(word, names);
    return sgn_fail(SGN_ECONFIG, "no option '--%s'; %s%s%s", word,
                    nearest ? "did you mean '--" : "--help lists them", nearest ? nearest : "",
                    nearest ? "'?" : "");
}

static sgn_status check_options(const sgn_command *c, int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
        if (!strncmp(argv[i], "--", 2)) SGN_TRY(check_option(c, argv[i] + 2));
    return SGN_OK;
}

static char *doc_of(const sgn_command *c)
{
    char *doc = NULL;
    if (asprintf(&doc, "%s.\v%s", c->title, c->help) < 0) return NULL;
    return doc;
}

sgn_status sgn_arguments_parse(const sgn_command *c, int argc, char **argv, sgn_arguments *a)
{
    struct argp_option option[OPTIONS + 1] = {{0}};
    int n = 0;
    for (int i = 0; i < OPTIONS; i++)
        if (c->takes & all[i].takes) option[n++] = all[i].option;
    SGN_TRY(check_options(c, argc, argv));
    char name[64], *program = name, *doc = doc_of(c);
    snprintf(name, sizeof name, "signroll %s", c->name);
    *a = (sgn_arguments){
        .threads = 1, .jobs = 1, .shards = 1, .stop_after = -1, .save_every = save_every};
    a->word = sgn_alloc((size_t)argc + 1, sizeof *a->word);
    a->override = sgn_alloc((size_t)argc + 1, sizeof *a->override);
    if (!doc || !a->word || !a->override) {
        free(doc);
        sgn_arguments_free(a);
        return sgn_fail(SGN_EMEM, "out of memory");
    }
    argv[0] = program;
    struct argp argp = {n ? option : NULL, parse, c->usage, doc, NULL, NULL, NULL};
    parse_state state = {c, a, SGN_OK};
    error_t error = argp_parse(&argp, argc, argv, 0, NULL, &state);
    free(doc);
    if (!error) return SGN_OK;
    sgn_arguments_free(a);
    if (error == ENOMEM) return sgn_fail(SGN_EMEM, "out of memory");
    if (!state.status) exit(sgn_status_exit(SGN_ECONFIG));  // getopt has said what is wrong
    return state.status;
}

void sgn_arguments_free(sgn_arguments *a)
{
    sgn_free(a->word);
    sgn_free(a->override);
}
