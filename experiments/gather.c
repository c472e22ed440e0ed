#include "experiments/gather.h"

#include "core/memory.h"
#include "experiments/folder.h"
#include "io/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ORDER_MOST = 16 << 20 };

static sgn_status grow(sgn_runs *r)
{
    int room = r->room ? 2 * r->room : 16;
    sgn_run *run = sgn_alloc((size_t)room, sizeof *run);
    sgn_method *method = sgn_alloc((size_t)room, sizeof *method);
    if (!run || !method) {
        sgn_free(run);
        sgn_free(method);
        return SGN_EMEM;
    }
    if (r->n) memcpy(run, r->run, (size_t)r->n * sizeof *run);
    if (r->n) memcpy(method, r->method, (size_t)r->n * sizeof *method);
    sgn_free(r->run);
    sgn_free(r->method);
    *r = (sgn_runs){run, method, r->n, room};
    return SGN_OK;
}

static sgn_status add(sgn_runs *r, const char *folder)
{
    if (r->n == r->room) SGN_TRY(grow(r));
    SGN_TRY(sgn_method_read(&r->method[r->n], folder));
    SGN_TRY(sgn_run_load(&r->run[r->n], folder));
    r->n++;
    return SGN_OK;
}

static sgn_status add_inside(sgn_runs *r, const char *folder, const char *name)
{
    char path[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(path, folder, name));
    return sgn_folder_is_finished(path) ? add(r, path) : SGN_OK;
}

static sgn_status add_ordered(sgn_runs *r, const char *folder, char *names)
{
    char *save = NULL;
    sgn_status status = SGN_OK;
    for (char *name = strtok_r(names, "\n", &save); name && !status;
         name = strtok_r(NULL, "\n", &save))
        status = add_inside(r, folder, name);
    return status;
}

static int visible(const struct dirent *e) { return e->d_name[0] != '.'; }

static sgn_status add_sorted(sgn_runs *r, const char *folder)
{
    struct dirent **entry = NULL;
    sgn_status status = SGN_OK;
    int n = scandir(folder, &entry, visible, alphasort);
    if (n < 0 && errno == ENOMEM) return sgn_fail_io("read", folder);
    for (int i = 0; i < n; i++) {
        if (!status) status = add_inside(r, folder, entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return status;
}

static sgn_status add_word(sgn_runs *r, const char *folder)
{
    char order[SGN_PATH_MAX], *names;
    int before = r->n;
    if (sgn_folder_is_finished(folder)) return add(r, folder);
    SGN_TRY(sgn_path_join(order, folder, SGN_ORDER_FILE));
    if (access(order, F_OK)) SGN_TRY(add_sorted(r, folder));
    else {
        SGN_TRY(sgn_read_file(order, ORDER_MOST, &names, NULL));
        sgn_status status = add_ordered(r, folder, names);
        sgn_free(names);
        if (status) return status;
    }
    if (r->n > before) return SGN_OK;
    return sgn_fail(SGN_EDATA, "%s holds no finished run: there is no summary.json in it", folder);
}

sgn_status sgn_runs_gather(sgn_runs *out, const sgn_arguments *a)
{
    sgn_runs r = {0};
    sgn_status status = SGN_OK;
    for (int i = 0; i < a->words && !status; i++) status = add_word(&r, a->word[i]);
    if (status) {
        sgn_runs_free(&r);
        return status;
    }
    sgn_methods_tell_apart(r.method, r.run, r.n);
    *out = r;
    return SGN_OK;
}

void sgn_runs_free(sgn_runs *r)
{
    for (int i = 0; i < r->n; i++) sgn_run_free(&r->run[i]);
    sgn_free(r->run);
    sgn_free(r->method);
    *r = (sgn_runs){0};
}
