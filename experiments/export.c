/* export.c -- a trained network as the file a device needs, and as a program. */
#include "core/memory.h"
#include "experiments/command.h"
#include "experiments/scoring.h"
#include "io/file.h"
#include "io/packed_file.h"
#include "unroll/c_source.h"

#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int is_config(const char *path)
{
    const char *end = strrchr(path, '.');
    return end && (!strcmp(end, ".yml") || !strcmp(end, ".yaml"));
}

static int same_weights(const sgn_summary *a, const sgn_summary *b)
{
    return !strcmp(a->weights_hash, b->weights_hash);
}

/* What was written. */
typedef struct {
    size_t file;               // bytes; 0: no packed file
    sgn_c_source_size source;  // likewise
} outputs;

static void charge(sgn_summary *s, const outputs *o)
{
    if (o->file) sgn_charge_file(s, o->file);
    if (o->source.tables) sgn_charge_source(s, o->source);
}

/* Adds the columns of what was written to the summary of the run that the checkpoint belongs to.  Its
   errors are the model's where they are those of the same weights. */
static sgn_status complete(const char *path, const sgn_model *m, const outputs *o,
                           sgn_summary *model)
{
    sgn_summary run;
    SGN_TRY(sgn_summary_load(&run, path));
    run.seed = m->config.seed;  // JSON numbers have 53 bits
    charge(&run, o);
    sgn_status status = sgn_summary_save(&run, path);
    if (!status && same_weights(&run, model)) {
        sgn_summary_free(model);
        *model = run;
        return SGN_OK;
    }
    sgn_summary_free(&run);
    return status;
}

static sgn_status summarise(const char *checkpoint, const sgn_model *m, const outputs *o,
                            sgn_summary *s)
{
    char copy[SGN_PATH_MAX], path[SGN_PATH_MAX];
    sgn_describe_model(s, &m->config, m->problem);
    sgn_charge_model(s, m->net);
    charge(s, o);
    snprintf(copy, sizeof copy, "%s", checkpoint);
    if (is_config(checkpoint)) return SGN_OK;
    SGN_TRY(sgn_path_join(path, dirname(copy), "summary.json"));
    return access(path, F_OK) ? SGN_OK : complete(path, m, o, s);
}

static sgn_status pack(const sgn_model *m, const sgn_arguments *a, size_t *bytes)
{
    if (m->packed_bytes)
        return sgn_fail(SGN_ECONFIG, "%s is packed already; its checkpoint can be packed otherwise",
                        a->word[0]);
    return sgn_packed_save(a->out, &m->config, m->net, a->with_physics, bytes);
}

static sgn_status write_c(const sgn_model *m, const sgn_arguments *a, sgn_c_source_size *size)
{
    const sgn_problem_settings *problem = &m->config.problem;
    sgn_c_source_info info = {.name = m->config.name,
                              .problem = problem->kind,
                              .seed = problem->seed ? problem->seed : m->config.seed,
                              .with_physics = a->with_physics};
    char *text;
    SGN_TRY(sgn_c_source(m->net, &info, &text, size));
    sgn_status status = sgn_write_file(a->c_source, text, strlen(text));
    sgn_free(text);
    return status;
}

static sgn_status tell(const sgn_model *m, const sgn_arguments *a, const outputs *o)
{
    sgn_summary s;
    sgn_summary_init(&s);
    sgn_status status = summarise(a->word[0], m, o, &s);
    if (!status) status = sgn_print_summary(&s, a->json);
    sgn_summary_free(&s);
    return status;
}

static sgn_status open_model(sgn_model *m, const sgn_arguments *a)
{
    sgn_config c;
    if (!is_config(a->word[0])) return sgn_model_open_alone(m, a->word[0], 1);
    SGN_TRY(sgn_model_config(&c, a->word[0], a->override, a->overrides));
    return sgn_model_new_to_run(m, &c, 1);
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_model m;
    outputs o = {0};
    if (!a->out && !a->c_source) return sgn_fail(SGN_ECONFIG, "export needs -o FILE or --c FILE.c");
    SGN_TRY(open_model(&m, a));
    sgn_status status = a->c_source ? write_c(&m, a, &o.source) : SGN_OK;
    if (!status && a->out) status = pack(&m, a, &o.file);
    if (!status) status = tell(&m, a, &o);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_export = {
    .name = "export",
    .title = "packs a trained network into as few bytes as it has bits",
    .usage = "MODEL|CONFIG [key=value ...] -o FILE | --c FILE.c",
    .help =
        "MODEL is a checkpoint (best.h5, last.h5), or a CONFIG (.yml): the network as it starts, "
        "of "
        "any size, untrained.  FILE gets the bits the ledger counts; A and "
        "what "
        "follows from it are computed again when it is read, unless --with-physics stores them. "
        "The summary of MODEL's run, and so its report, learns the size of what is written.  --c "
        "writes a program in C99 that "
        "runs the network on a small device (docs/device.md); a packed MODEL will do, too.",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_OUT | SGN_TAKES_JSON | SGN_TAKES_PHYSICS | SGN_TAKES_C_SOURCE,
    .run = run,
};
