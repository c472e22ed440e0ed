/* train.c -- trains one network into a run folder. */
#include "experiments/dry_run.h"
#include "experiments/folder.h"
#include "experiments/training.h"

static sgn_status train_model(sgn_model *m, const char *folder, const sgn_arguments *a)
{
    sgn_trainer *trainer;
    SGN_TRY(
        sgn_trainer_new(&trainer, &m->config.train, m->config.seed, m->problem, m->net, m->pool));
    sgn_lock lock;
    sgn_status status = sgn_folder_take(&lock, folder);
    if (!status) {
        status = sgn_folder_begin(folder, &m->config, a->threads, a->force);
        if (!status) status = sgn_train_in_folder(m, trainer, folder, -1, a);
        sgn_lock_give(&lock);
    }
    sgn_trainer_free(trainer);
    return status;
}

static sgn_status run(const sgn_arguments *a)
{
    sgn_config c;
    sgn_model m;
    char folder[SGN_PATH_MAX];
    SGN_TRY(sgn_model_config(&c, a->words ? a->word[0] : NULL, a->override, a->overrides));
    SGN_TRY(sgn_folder_name(folder, &c, a->out));
    SGN_TRY(sgn_model_new(&m, &c, a->threads));
    sgn_status status = a->dry_run ? sgn_dry_run(&m, folder) : train_model(&m, folder, a);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_train = {
    .name = "train",
    .title = "trains one network",
    .usage = "CONFIG [key=value ...]",
    .help =
        "The run folder (default runs/<name>-<hash>) gets the resolved config, metrics, the last "
        "and the best checkpoint, summary.json and report.html.  Ctrl-C saves and exits 130; "
        "`signroll resume` goes on.",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_OUT | SGN_TAKES_JSON | SGN_TAKES_QUIET | SGN_TAKES_THREADS |
             SGN_TAKES_FORCE | SGN_TAKES_DRY_RUN | SGN_TAKES_STOP | SGN_TAKES_LABEL |
             SGN_TAKES_SAVE,
    .run = run,
};
