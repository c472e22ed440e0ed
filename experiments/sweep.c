/* sweep.c -- many runs from one config: every case times every combination of the lists.
 *
 * A network that several points share, since they differ in the conditions of the test set alone, is trained
 * once, by the first of them; the others are `signroll eval` of it.
 *
 * Each point is a process of its own, `signroll train` or `solve` with a folder under the sweep's;
 * finished ones are skipped, an interrupted training is resumed.  A process that a signal ended is
 * started once more, and none outlives the sweep.
 */
#include "core/memory.h"
#include "core/memstream.h"
#include "experiments/folder.h"
#include "experiments/gather.h"
#include "experiments/model.h"
#include "experiments/naming.h"
#include "experiments/signals.h"
#include "io/file.h"
#include "io/results.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_JOBS = 64, FIXED_WORDS = 16, CONDITIONS = 4, MOST_CONFIG = 1 << 20, SIGNALLED = 128 };

typedef struct {
    char folder[SGN_PATH_MAX];
    const sgn_sweep_point *point;
    const char *label;
    int mine;     // of this shard
    int trained;  // the task that trains the same network, perhaps this one
    int started;  // so many times
} task;

typedef struct {
    pid_t pid;
    int task;
} job;

typedef struct {
    const sgn_arguments *a;
    sgn_sweep sweep;
    sgn_point_name *name;  // (sweep.n), as is task
    task *task;
    char folder[SGN_PATH_MAX];
    job job[MOST_JOBS];
    int running, done, failed, todo;
} state;

/* ---- names ---------------------------------------------------------------------------------------- */

static sgn_status name_tasks(state *s)
{
    int networks = 0;
    SGN_TRY(sgn_points_name(&s->sweep, s->a->word[0], s->name));
    for (int i = 0; i < s->sweep.n; i++) {
        s->task[i].point = &s->sweep.point[i];
        s->task[i].label = s->name[i].label;
        s->task[i].trained = s->name[i].trained;
        networks += s->task[i].trained == i;
        s->task[i].mine = s->task[i].trained == i ? (networks - 1) % s->a->shards == s->a->shard
                                                  : s->task[s->task[i].trained].mine;
        SGN_TRY(sgn_path_join(s->task[i].folder, s->folder, s->name[i].folder));
    }
    return SGN_OK;
}

static sgn_status write_order(const state *s)
{
    char path[SGN_PATH_MAX], *text = NULL;
    size_t size = 0;
    SGN_TRY(sgn_path_join(path, s->folder, SGN_ORDER_FILE));
    FILE *f = sgn_memstream_open(&text, &size);
    if (!f) return SGN_EMEM;
    for (int i = 0; i < s->sweep.n; i++) fprintf(f, "%s\n", s->name[i].folder);
    sgn_status status = sgn_memstream_close(f);
    if (!status) status = sgn_write_file(path, text, size);
    free(text);
    return status;
}

/* The report finds in it which figures the config asks for. */
static sgn_status copy_config(const state *s)
{
    char path[SGN_PATH_MAX], *text;
    size_t size;
    SGN_TRY(sgn_path_join(path, s->folder, SGN_SWEEP_FILE));
    SGN_TRY(sgn_read_file(s->a->word[0], MOST_CONFIG, &text, &size));
    sgn_status status = sgn_write_file(path, text, size);
    sgn_free(text);
    return status;
}

/* ---- processes -------------------------------------------------------------------------------------- */

/* What --force throws away is what was there before the sweep. */
static int goes_on(const state *s, const task *t)
{
    return (!s->a->force || t->started > 1) && sgn_folder_is_begun(t->folder);
}

/* A sweep that is killed takes its processes along, and they save what they have. */
static void end_with(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);  // it was killed before that call
}

static int is_only_tested(const state *s, int i) { return s->task[i].trained != i; }

/* The network is there to be tested under another condition. */
static int can_test(const task *trained)
{
    sgn_run run = {0};
    if (!sgn_folder_is_begun(trained->folder) || sgn_run_load(&run, trained->folder)) return 0;
    int diverged = run.summary.diverged;
    sgn_run_free(&run);
    return !diverged;
}

static void execute(const state *s, const task *t, const char **word, int n)
{
    char threads[16];
    snprintf(threads, sizeof threads, "%d", s->a->threads);
    word[n++] = "--label";
    word[n++] = t->label;
    word[n++] = "--threads";
    word[n++] = threads;
    if (!freopen("/dev/null", "w", stdout)) _exit(1);
    execv("/proc/self/exe", (char *const *)(uintptr_t)word);
    _exit(127);
}

/* In the child: signroll eval of the trained network's last.h5, under this point's conditions. */
static void become_test(const state *s, const task *t)
{
    char model[SGN_PATH_MAX], setting[CONDITIONS][SGN_OPTION_TEXT_MAX + SGN_NAME_MAX];
    const char *word[FIXED_WORDS + CONDITIONS] = {"signroll", "eval", model};
    sgn_config c;
    int n = 3;
    if (sgn_model_config(&c, s->a->word[0], (const char *const *)t->point->override,
                         t->point->noverrides) ||
        sgn_path_join(model, s->task[t->trained].folder, "last.h5"))
        _exit(1);
    for (int i = 0; i < sgn_condition_option_count; i++) {
        int length = snprintf(setting[i], SGN_NAME_MAX, "test.%s=", sgn_condition_options[i].key);
        sgn_option_print(&sgn_condition_options[i], &c.test, setting[i] + length,
                         SGN_OPTION_TEXT_MAX);
        word[n++] = setting[i];
    }
    word[n++] = "--out", word[n++] = t->folder;
    if (s->a->force) word[n++] = "--force";
    execute(s, t, word, n);
}

/* In the child: signroll train CONFIG overrides ... with its report on its own log. */
static void become_run(const state *s, const task *t)
{
    const char **word = sgn_alloc((size_t)t->point->noverrides + FIXED_WORDS, sizeof *word);
    int n = 0, resumes = goes_on(s, t);
    if (!word) _exit(sgn_status_exit(SGN_EMEM));
    word[n++] = "signroll";
    word[n++] = resumes ? "resume" : t->point->command;
    word[n++] = resumes ? t->folder : s->a->word[0];
    for (int i = 0; i < t->point->noverrides && !resumes; i++) word[n++] = t->point->override[i];
    if (!resumes) word[n++] = "--out", word[n++] = t->folder;
    if (!resumes && s->a->force) word[n++] = "--force";
    word[n++] = "--quiet";
    execute(s, t, word, n);
}

static void become(const state *s, int i, pid_t parent)
{
    const task *t = &s->task[i];
    end_with(parent);
    if (is_only_tested(s, i) && can_test(&s->task[t->trained])) become_test(s, t);
    become_run(s, t);
}

static sgn_status start(state *s, int i)
{
    fflush(NULL);
    s->task[i].started++;
    pid_t parent = getpid(), pid = fork();
    if (pid < 0) return sgn_fail(SGN_EINTERNAL, "cannot start a process: %s", strerror(errno));
    if (pid == 0) become(s, i, parent);
    s->job[s->running++] = (job){pid, i};
    return SGN_OK;
}

static void say_result(const state *s, const task *t, int exit_status)
{
    if (s->a->quiet || s->a->json) return;
    sgn_run run = {0};
    fprintf(stderr, "[%d/%d] %s: ", s->done, s->todo, t->label);
    if (sgn_run_load(&run, t->folder) == SGN_OK)
        fprintf(stderr, "test %.2f dB, %.1f s%s\n", run.summary.nmse_test_db, run.summary.seconds,
                run.summary.diverged ? ", diverged" : "");
    else fprintf(stderr, "failed with exit status %d\n", exit_status);
    sgn_run_free(&run);
}

static void stop_all(const state *s)
{
    for (int i = 0; i < s->running; i++) kill(s->job[i].pid, SIGTERM);
}

/* Somebody else's signal ended it, for the first time. */
static int deserves_another(const task *t, int code)
{
    return code > SIGNALLED && t->started == 1 && !sgn_signal_caught() &&
           !sgn_folder_is_finished(t->folder);
}

static sgn_status settle(state *s, int i, int code)
{
    const task *t = &s->task[i];
    if (deserves_another(t, code)) return start(s, i);
    s->done++;
    if (!sgn_folder_is_finished(t->folder)) s->failed++;
    say_result(s, t, code);
    return SGN_OK;
}

/* Waits for one process to end. */
static sgn_status reap(state *s)
{
    int status;
    pid_t pid = waitpid(-1, &status, 0);
    if (pid < 0) return SGN_OK;  // a signal: the caller looks
    for (int i = 0; i < s->running; i++) {
        if (s->job[i].pid != pid) continue;
        int of = s->job[i].task;
        s->job[i] = s->job[--s->running];
        return settle(s, of,
                      WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status));
    }
    return SGN_OK;
}

/* Starts what is left of the networks' points, or of those that test these networks again. */
static sgn_status start_some(state *s, int only_tested)
{
    int jobs = s->a->jobs < MOST_JOBS ? s->a->jobs : MOST_JOBS;
    for (int i = 0; i < s->sweep.n && !sgn_signal_caught(); i++) {
        const task *t = &s->task[i];
        if (is_only_tested(s, i) != only_tested || !t->mine) continue;
        if (!s->a->force && sgn_folder_is_finished(t->folder)) continue;
        while (s->running >= jobs && !sgn_signal_caught()) SGN_TRY(reap(s));
        if (!sgn_signal_caught()) SGN_TRY(start(s, i));
    }
    return SGN_OK;
}

/* Until none is running; they are asked to stop when the sweep is, or has failed. */
static sgn_status wait_all(state *s, sgn_status status)
{
    int stopping = 0;
    while (s->running) {
        if ((sgn_signal_caught() || status) && !stopping)
            stop_all(s), stopping = 1;  // twice would kill them
        sgn_status now = reap(s);
        if (!status) status = now;
    }
    return status;
}

static sgn_status run_all(state *s)
{
    for (int only_tested = 0; only_tested <= 1; only_tested++)
        SGN_TRY(wait_all(s, start_some(s, only_tested)));
    if (sgn_signal_caught())
        return sgn_fail(SGN_ESTOPPED, "stopped; the same command goes on with what is left");
    if (s->failed)
        return sgn_fail(SGN_EINTERNAL,
                        "%d of %d points failed; log.txt in their folders under %s "
                        "says why",
                        s->failed, s->todo, s->folder);
    return SGN_OK;
}

/* ---- the command ---------------------------------------------------------------------------------------- */

static int count_todo(const state *s)
{
    int n = 0;
    for (int i = 0; i < s->sweep.n; i++)
        n += s->task[i].mine && (s->a->force || !sgn_folder_is_finished(s->task[i].folder));
    return n;
}

static void print_plan(const state *s)
{
    for (int i = 0; i < s->sweep.n; i++) {
        const task *t = &s->task[i];
        printf("%s %s%s\n   ", is_only_tested(s, i) ? "eval" : t->point->command, t->folder,
               sgn_folder_is_finished(t->folder) ? " (finished)"
               : t->mine                         ? ""
                                                 : " (other shard)");
        for (int k = 0; k < t->point->noverrides; k++) printf(" %s", t->point->override[k]);
        putchar('\n');
    }
}

static sgn_status print_results(const state *s)
{
    sgn_runs r;
    const char *folder = s->folder;
    sgn_arguments a = {.word = &folder, .words = 1};
    SGN_TRY(sgn_runs_gather(&r, &a));
    sgn_status status = SGN_OK;
    if (!s->a->json) status = sgn_results_print(stdout, r.run, r.n);
    else
        printf("{\"folder\": \"%s\", \"points\": %d, \"finished\": %d}\n", s->folder, s->sweep.n,
               r.n);
    sgn_runs_free(&r);
    return status;
}

static sgn_status run_sweep(state *s)
{
    sgn_config base;
    SGN_TRY(sgn_config_load(&base, s->a->word[0], NULL, 0));
    if (s->a->out) snprintf(s->folder, sizeof s->folder, "%s", s->a->out);
    else snprintf(s->folder, sizeof s->folder, "runs/%s", base.name);
    SGN_TRY(sgn_sweep_load(&s->sweep, s->a->word[0], s->a->override, s->a->overrides));
    s->task = sgn_alloc((size_t)s->sweep.n, sizeof *s->task);
    s->name = sgn_alloc((size_t)s->sweep.n, sizeof *s->name);
    if (!s->task || !s->name) return SGN_EMEM;
    SGN_TRY(name_tasks(s));
    s->todo = count_todo(s);
    if (s->a->dry_run) return print_plan(s), SGN_OK;
    SGN_TRY(sgn_mkdirs(s->folder));
    SGN_TRY(write_order(s));
    SGN_TRY(copy_config(s));
    sgn_signals_catch();
    SGN_TRY(run_all(s));
    return print_results(s);
}

static sgn_status run(const sgn_arguments *a)
{
    state *s = sgn_alloc(1, sizeof *s);
    if (!s) return SGN_EMEM;
    s->a = a;
    sgn_status status = run_sweep(s);
    sgn_sweep_free(&s->sweep);
    sgn_free(s->task);
    sgn_free(s->name);
    sgn_free(s);
    return status;
}

const sgn_command sgn_command_sweep = {
    .name = "sweep",
    .title = "every point of a config's sweep, one run folder each",
    .usage = "CONFIG [key=value ...] [key=a,b,c ...]",
    .help = "The config's `sweep:` lists and `cases:`, with lists on the command line taking their "
            "place.  Run folders go under runs/<name> or --out DIR; finished ones are skipped, "
            "interrupted ones resumed.  --shard I/N takes every Nth point, for N machines.",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_OUT | SGN_TAKES_JSON | SGN_TAKES_QUIET | SGN_TAKES_THREADS |
             SGN_TAKES_FORCE | SGN_TAKES_DRY_RUN | SGN_TAKES_JOBS | SGN_TAKES_SHARD,
    .run = run,
};
