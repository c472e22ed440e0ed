/* resume.c -- goes on exactly where the last checkpoint of a run stood.
 *
 * Where last.h5 cannot be read, the one before takes its place; what cannot be read is put aside.
 */
#include "experiments/folder.h"
#include "experiments/training.h"
#include "io/file.h"

#include <errno.h>
#include <stdio.h>

static int is_unreadable(sgn_status s) { return s == SGN_EFORMAT || s == SGN_EIO; }

/* Otherwise the next write would take it for the checkpoint before. */
static sgn_status put_aside(const char *last, const char *folder)
{
    char damaged[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(damaged, folder, SGN_DAMAGED_FILE));
    if (rename(last, damaged) == 0 || errno == ENOENT) return SGN_OK;
    return sgn_fail_io("rename", last);
}

/* Says why last.h5 could not be read (the last error) where that is so with the one before, too. */
static sgn_status open_previous(sgn_model *m, const char *last, const char *folder, int threads,
                                sgn_trainer **trainer, sgn_status status)
{
    char previous[SGN_PATH_MAX], why[1024];
    snprintf(why, sizeof why, "%s", sgn_last_error());
    SGN_TRY(sgn_path_join(previous, folder, SGN_PREVIOUS_FILE));
    sgn_status other = sgn_model_open(m, previous, threads, trainer);
    if (is_unreadable(other)) return sgn_fail(status, "%s", why);
    SGN_TRY(other);
    fprintf(stderr, "signroll resume: %s; going on from %s, step %d\n", why, previous,
            sgn_trainer_state_of(*trainer)->step);
    status = put_aside(last, folder);
    if (!status) return SGN_OK;
    sgn_trainer_free(*trainer);
    sgn_model_free(m);
    return status;
}

static sgn_status open_run(sgn_model *m, const char *folder, int threads, sgn_trainer **trainer)
{
    char last[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(last, folder, SGN_LAST_FILE));
    sgn_status status = sgn_model_open(m, last, threads, trainer);
    return is_unreadable(status) ? open_previous(m, last, folder, threads, trainer, status)
                                 : status;
}

static sgn_status go_on(const char *folder, const sgn_arguments *a)
{
    sgn_model m;
    sgn_trainer *trainer;
    SGN_TRY(open_run(&m, folder, a->threads, &trainer));
    int step = sgn_trainer_state_of(trainer)->step;
    sgn_status status = sgn_train_in_folder(&m, trainer, folder, step, a);
    sgn_trainer_free(trainer);
    sgn_model_free(&m);
    return status;
}

static sgn_status run(const sgn_arguments *a)
{
    const char *folder = a->word[0];
    sgn_lock lock;
    if (!sgn_folder_is_begun(folder))
        return sgn_fail(SGN_EIO, "cannot resume %s: there is no %s in it", folder, SGN_LAST_FILE);
    SGN_TRY(sgn_lock_take(&lock, folder));
    sgn_status status =
        sgn_folder_is_finished(folder)
            ? sgn_fail(SGN_ECONFIG, "%s is finished; nothing is left to train", folder)
            : go_on(folder, a);
    sgn_lock_give(&lock);
    return status;
}

const sgn_command sgn_command_resume = {
    .name = "resume",
    .title = "goes on where a run's last checkpoint stood, bit for bit",
    .usage = "RUN",
    .help = "RUN is a run folder with a last.h5 and no summary.json.  Where last.h5 is damaged, "
            "previous.h5, the checkpoint before, takes its place.",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_JSON | SGN_TAKES_QUIET | SGN_TAKES_THREADS | SGN_TAKES_STOP |
             SGN_TAKES_LABEL | SGN_TAKES_SAVE,
    .run = run,
};
