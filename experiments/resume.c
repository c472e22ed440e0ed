/* resume.c -- goes on exactly where the last checkpoint of a run stood. */
#include "experiments/folder.h"
#include "experiments/training.h"
#include "io/file.h"

static sgn_status run(const sgn_arguments *a)
{
    const char *folder = a->word[0];
    char last[SGN_PATH_MAX];
    sgn_model m;
    sgn_trainer *trainer;
    if (sgn_folder_is_finished(folder))
        return sgn_fail(SGN_ECONFIG, "%s is finished; nothing is left to train", folder);
    SGN_TRY(sgn_path_join(last, folder, "last.h5"));
    SGN_TRY(sgn_model_open(&m, last, a->threads, &trainer));
    int step = sgn_trainer_state_of(trainer)->step;
    sgn_status status = sgn_train_in_folder(&m, trainer, folder, step, a);
    sgn_trainer_free(trainer);
    sgn_model_free(&m);
    return status;
}

const sgn_command sgn_command_resume = {
    .name = "resume",
    .title = "goes on where a run's last checkpoint stood, bit for bit",
    .usage = "RUN",
    .help = "RUN is a run folder with a last.h5 and no summary.json.",
    .least = 1,
    .most = 1,
    .takes =
        SGN_TAKES_JSON | SGN_TAKES_QUIET | SGN_TAKES_THREADS | SGN_TAKES_STOP | SGN_TAKES_LABEL,
    .run = run,
};
