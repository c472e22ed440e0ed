#include "io/run.h"
#include "core/memory.h"
#include "io/file.h"
#include "io/metrics.h"

#include <string.h>
#include <unistd.h>

static sgn_status load_epochs(sgn_run *r, const char *folder)
{
    char path[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(path, folder, "metrics.csv"));
    if (access(path, F_OK)) return SGN_OK;
    return sgn_metrics_load(folder, &r->epoch, &r->epochs);
}

static sgn_status load_config(sgn_run *r, const char *folder)
{
    char path[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(path, folder, "config.yml"));
    return sgn_config_load(&r->config, access(path, F_OK) ? NULL : path, NULL, 0);
}

int sgn_run_print(const sgn_run *run, const char *key, char *text, size_t size)
{
    return sgn_summary_print(&run->summary, key, text, size) ||
           sgn_config_print(&run->config, key, text, size);
}

sgn_status sgn_run_load(sgn_run *out, const char *folder)
{
    char path[SGN_PATH_MAX];
    sgn_run r = {0};
    SGN_TRY(sgn_path_join(path, folder, "summary.json"));
    SGN_TRY(sgn_summary_load(&r.summary, path));
    sgn_status s = load_config(&r, folder);
    if (s == SGN_OK) s = load_epochs(&r, folder);
    if (s != SGN_OK) sgn_run_free(&r);
    else *out = r;
    return s;
}

void sgn_run_free(sgn_run *r)
{
    if (!r) return;
    sgn_summary_free(&r->summary);
    sgn_free(r->epoch);
    r->epoch = NULL;
    r->epochs = 0;
}

int sgn_run_first(const sgn_run *run, int i)
{
    int k = 0;
    while (strcmp(run[k].summary.label, run[i].summary.label)) k++;
    return k;
}

int sgn_run_seeds(const sgn_run *run, int nruns, int i)
{
    int seeds = 0;
    for (int k = 0; k < nruns; k++) seeds += !strcmp(run[k].summary.label, run[i].summary.label);
    return seeds;
}
