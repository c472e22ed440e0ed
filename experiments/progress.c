#include "experiments/progress.h"

#include "io/file.h"

#include <string.h>
#include <unistd.h>

enum { BAR = 30 };

sgn_status sgn_progress_open(sgn_progress *p, const char *folder, int steps, int quiet)
{
    char path[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(path, folder, "log.txt"));
    FILE *log = fopen(path, "a");
    if (!log) return sgn_fail_io("write", path);
    setvbuf(log, NULL, _IOLBF, 0);
    *p = (sgn_progress){log, quiet, isatty(STDERR_FILENO), steps};
    return SGN_OK;
}

sgn_status sgn_progress_close(sgn_progress *p)
{
    if (!p->log) return SGN_OK;
    int failed = ferror(p->log);
    failed |= fclose(p->log);
    p->log = NULL;
    return failed ? sgn_fail(SGN_EIO, "cannot write log.txt: a line of it is lost") : SGN_OK;
}

static void print_bar(const sgn_progress *p, const sgn_epoch *e)
{
    char bar[BAR + 1] = "";
    int full = p->steps > 0 ? (int)((long)BAR * e->step / p->steps) : BAR;
    memset(bar, '#', (size_t)full);
    memset(bar + full, '.', (size_t)(BAR - full));
    fprintf(stderr, "\r[%s] step %d of %d, validation %.2f dB, %.0f s%s", bar, e->step, p->steps,
            e->validation_db, e->seconds, e->step == p->steps ? "\n" : " ");
}

void sgn_progress_epoch(sgn_progress *p, const sgn_epoch *e)
{
    static const char line[] = "step %d of %d: loss %.4f, train %.2f dB, validation %.2f dB, "
                               "gradient %.3g, flips %.4f, %.1f s\n";
    fprintf(p->log, line, e->step, p->steps, e->loss, e->train_db, e->validation_db, e->grad_norm,
            e->flips, e->seconds);
    if (p->quiet) return;
    if (p->terminal) print_bar(p, e);
    else
        fprintf(stderr, line, e->step, p->steps, e->loss, e->train_db, e->validation_db,
                e->grad_norm, e->flips, e->seconds);
}

void sgn_progress_end(sgn_progress *p, const char *sentence)
{
    fprintf(p->log, "%s\n", sentence);
    if (!p->quiet && p->terminal) fputc('\n', stderr);  // the bar is left as it is
}
