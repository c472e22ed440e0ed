#include "experiments/training.h"

#include "core/memory.h"
#include "experiments/folder.h"
#include "experiments/progress.h"
#include "experiments/scoring.h"
#include "experiments/signals.h"
#include "io/file.h"
#include "io/metrics.h"
#include "io/report.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

typedef struct {
    sgn_model *model;
    sgn_trainer *trainer;
    sgn_metrics *metrics;
    sgn_progress progress;
    char last[SGN_PATH_MAX], previous[SGN_PATH_MAX], best[SGN_PATH_MAX];
    char summary[SGN_PATH_MAX], report[SGN_PATH_MAX];
    double saved_at, save_every;  // seconds of training when last.h5 was written, and between two
    int stop_after;
} session;

static sgn_status open_session(session *s, const char *folder, int last_step, int quiet)
{
    SGN_TRY(sgn_path_join(s->last, folder, SGN_LAST_FILE));
    SGN_TRY(sgn_path_join(s->previous, folder, SGN_PREVIOUS_FILE));
    SGN_TRY(sgn_path_join(s->best, folder, "best.h5"));
    SGN_TRY(sgn_path_join(s->summary, folder, "summary.json"));
    SGN_TRY(sgn_path_join(s->report, folder, "report.html"));
    SGN_TRY(sgn_progress_open(&s->progress, folder, s->model->config.train.steps, quiet));
    return sgn_metrics_open(&s->metrics, folder, last_step);
}

/* The rows of metrics first: a checkpoint must not know of more than they do. */
static sgn_status save_last(session *s)
{
    SGN_TRY(sgn_metrics_sync(s->metrics));
    return sgn_checkpoint_save_keeping(s->last, s->previous, &s->model->config, s->model->net,
                                       s->trainer);
}

static sgn_status on_epoch(void *context, const sgn_trainer *t, const sgn_epoch *e, int is_best)
{
    (void)t;
    session *s = context;
    SGN_TRY(sgn_metrics_append(s->metrics, e));
    sgn_progress_epoch(&s->progress, e);
    if (is_best) SGN_TRY(sgn_checkpoint_save(s->best, &s->model->config, s->model->net, NULL));
    if (e->step > 0 && e->seconds - s->saved_at < s->save_every) return SGN_OK;
    s->saved_at = e->seconds;
    return save_last(s);
}

static int on_step(void *context, int step)
{
    const session *s = context;
    return sgn_signal_caught() || step == s->stop_after;
}

static sgn_status report(const session *s, const char *folder, const sgn_summary *summary)
{
    sgn_run run = {.summary = *summary, .config = s->model->config};
    SGN_TRY(sgn_metrics_load(folder, &run.epoch, &run.epochs));
    sgn_status status = sgn_report_write(s->report, run.config.name, &run, 1, NULL);
    sgn_free(run.epoch);
    return status;
}

/* The summary is written last: where there is one, everything is. */
static sgn_status finish(session *s, const char *folder, const sgn_arguments *a, int diverged)
{
    const sgn_trainer_state *state = sgn_trainer_state_of(s->trainer);
    sgn_summary summary;
    sgn_summary_init(&summary);
    sgn_status status = sgn_score_model(&summary, s->model);
    if (a->label) snprintf(summary.label, sizeof summary.label, "%s", a->label);
    summary.seconds = state->seconds;
    summary.best_db = state->best_db;
    summary.diverged |= diverged;
    if (!status) status = report(s, folder, &summary);
    if (!status) status = sgn_summary_save(&summary, s->summary);
    if (!status) status = sgn_print_summary(&summary, a->json);
    sgn_summary_free(&summary);
    return status;
}

/* What a run that did not end by itself leaves: its state, or that it diverged. */
static sgn_status end_early(session *s, const char *folder, const sgn_arguments *a,
                            sgn_status status)
{
    char why[1024];
    snprintf(why, sizeof why, "%s", sgn_last_error());
    if (status == SGN_ESTOPPED) SGN_TRY(save_last(s));
    sgn_progress_end(&s->progress, why);
    if (status == SGN_EDIVERGE) SGN_TRY(finish(s, folder, a, 1));
    return sgn_fail(status, "%s", why);
}

static sgn_status run_session(session *s, const char *folder, const sgn_arguments *a)
{
    sgn_observer observer = {s, on_epoch, on_step};
    sgn_signals_catch();
    sgn_status status = sgn_trainer_run(s->trainer, &observer);
    if (status) return end_early(s, folder, a, status);
    SGN_TRY(save_last(s));
    sgn_signals_release();  // nothing is lost any more
    return finish(s, folder, a, 0);
}

sgn_status sgn_train_in_folder(sgn_model *m, sgn_trainer *trainer, const char *folder,
                               int last_step, const sgn_arguments *a)
{
    session s = {
        .model = m, .trainer = trainer, .stop_after = a->stop_after, .save_every = a->save_every};
    s.saved_at = sgn_trainer_state_of(trainer)->seconds;
    sgn_status status = open_session(&s, folder, last_step, a->quiet || a->json);
    if (!status) status = run_session(&s, folder, a);
    char why[1024];
    snprintf(why, sizeof why, "%s", sgn_last_error());
    sgn_status logged = sgn_progress_close(&s.progress);
    sgn_status closed = sgn_metrics_close(s.metrics);
    return status ? sgn_fail(status, "%s", why) : logged ? logged : closed;
}
