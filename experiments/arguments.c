/* arguments.c -- the command line behind a command's name, by argp. */
#include "core/memory.h"
#include "experiments/command.h"

#include <argp.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_JSON = 256, KEY_DRY_RUN, KEY_FORCE, KEY_SCHEMA, KEY_SHARD, KEY_STOP, KEY_LABEL };

static const struct {
    int takes;
    struct argp_option option;
} all[] = {
    {SGN_TAKES_OUT, {"out", 'o', "DIR", 0, "write there", 0}},
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
    {SGN_TAKES_LABEL, {"label", KEY_LABEL, "TEXT", 0, "what tables call the run", 0}},
};
enum { OPTIONS = sizeof all / sizeof *all };

typedef struct {
    const sgn_command *command;
    sgn_arguments *a;
} parse_state;

static int whole_number(struct argp_state *s, const char *option, const char *text, int least)
{
    char *end;
    long v = strtol(text, &end, 10);
    if (*end || end == text || v < least || v > 1000000000)
        argp_error(s, "--%s is '%s', must be a whole number of at least %d", option, text, least);
    return (int)v;
}

static void parse_shard(struct argp_state *s, const char *text, sgn_arguments *a)
{
    char rest;
    if (sscanf(text, "%d/%d%c", &a->shard, &a->shards, &rest) != 2 || a->shards < 1 ||
        a->shard < 1 || a->shard > a->shards)
        argp_error(s, "--shard is '%s', must be I/N with I from 1 to N", text);
    a->shard--;
}

/* key=value, where a key is made of letters, digits, '.' and '_' */
static int is_override(const char *word)
{
    const char *c = word;
    while (isalnum((unsigned char)*c) || *c == '.' || *c == '_') c++;
    return c > word && *c == '=';
}

static error_t parse(int key, char *arg, struct argp_state *s)
{
    parse_state *p = s->input;
    sgn_arguments *a = p->a;
    switch (key) {
    case 'o': a->out = arg; break;
    case 'q': a->quiet = 1; break;
    case 't': a->threads = whole_number(s, "threads", arg, 1); break;
    case 'j': a->jobs = whole_number(s, "jobs", arg, 1); break;
    case KEY_JSON: a->json = 1; break;
    case KEY_FORCE: a->force = 1; break;
    case KEY_DRY_RUN: a->dry_run = 1; break;
    case KEY_SCHEMA: a->schema = 1; break;
    case KEY_SHARD: parse_shard(s, arg, a); break;
    case KEY_STOP: a->stop_after = whole_number(s, "stop-after", arg, 0); break;
    case KEY_LABEL: a->label = arg; break;
    case ARGP_KEY_ARG:
        if (is_override(arg)) a->override[a->overrides++] = arg;
        else a->word[a->words++] = arg;
        break;
    case ARGP_KEY_END:
        if (a->words < p->command->least && !a->schema)
            argp_error(s, "%s needs %s", p->command->name, p->command->usage);
        if (a->words > p->command->most)
            argp_error(s, "%s does not know what to do with '%s'; a setting is key=value",
                       p->command->name, a->word[p->command->most]);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
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
    for (int i = 0, n = 0; i < OPTIONS; i++)
        if (c->takes & all[i].takes) option[n++] = all[i].option;
    char name[64], *program = name, *doc = doc_of(c);
    snprintf(name, sizeof name, "signroll %s", c->name);
    *a = (sgn_arguments){.threads = 1, .jobs = 1, .shards = 1, .stop_after = -1};
    a->word = sgn_alloc((size_t)argc + 1, sizeof *a->word);
    a->override = sgn_alloc((size_t)argc + 1, sizeof *a->override);
    if (!doc || !a->word || !a->override) {
        free(doc);
        sgn_arguments_free(a);
        return sgn_fail(SGN_EMEM, "out of memory");
    }
    argv[0] = program;
    argp_err_exit_status = 2;
    struct argp argp = {option, parse, c->usage, doc, NULL, NULL, NULL};
    argp_parse(&argp, argc, argv, 0, NULL, &(parse_state){c, a});
    free(doc);
    return SGN_OK;
}

void sgn_arguments_free(sgn_arguments *a)
{
    sgn_free(a->word);
    sgn_free(a->override);
}
