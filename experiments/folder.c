#include "experiments/folder.h"

#include "experiments/machine.h"
#include "io/file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

static const char *const results[] = {"summary.json",  SGN_LAST_FILE,    SGN_PREVIOUS_FILE,
                                      "best.h5",       SGN_DAMAGED_FILE, "metrics.csv",
                                      "metrics.jsonl", "report.html",    "log.txt"};
enum { RESULTS = sizeof results / sizeof *results };

sgn_status sgn_folder_name(char *out, const sgn_config *c, const char *asked)
{
    char *text;
    if (asked) {
        if (strlen(asked) >= SGN_PATH_MAX / 2)
            return sgn_fail(SGN_ECONFIG, "--out is longer than %d characters", SGN_PATH_MAX / 2);
        snprintf(out, SGN_PATH_MAX, "%s", asked);
        return SGN_OK;
    }
    SGN_TRY(sgn_config_text(c, &text));
    unsigned long long hash = (unsigned long long)XXH3_64bits(text, strlen(text)) >> 32;
    free(text);
    snprintf(out, SGN_PATH_MAX, "runs/%s-%08llx", c->name, hash);
    return SGN_OK;
}

static int has(const char *folder, const char *file)
{
    char path[SGN_PATH_MAX];
    return sgn_path_join(path, folder, file) == SGN_OK && access(path, F_OK) == 0;
}

int sgn_folder_is_finished(const char *folder) { return has(folder, "summary.json"); }

int sgn_folder_is_begun(const char *folder)
{
    return has(folder, SGN_LAST_FILE) || has(folder, SGN_PREVIOUS_FILE);
}

static sgn_status make_room(const char *folder, int force)
{
    if (!force && has(folder, "summary.json"))
        return sgn_fail(SGN_ECONFIG,
                        "%s holds a finished run; --force replaces it, --out writes "
                        "elsewhere",
                        folder);
    if (!force && sgn_folder_is_begun(folder))
        return sgn_fail(SGN_ECONFIG,
                        "%s holds an unfinished run; signroll resume goes on with it, "
                        "--force replaces it",
                        folder);
    for (int i = 0; force && i < RESULTS; i++) {
        char path[SGN_PATH_MAX];
        SGN_TRY(sgn_path_join(path, folder, results[i]));
        if (unlink(path) && errno != ENOENT) return sgn_fail_io("remove", path);
    }
    return SGN_OK;
}

static sgn_status write_config(const char *folder, const sgn_config *c)
{
    char path[SGN_PATH_MAX], *text;
    SGN_TRY(sgn_path_join(path, folder, "config.yml"));
    SGN_TRY(sgn_config_text(c, &text));
    sgn_status status = sgn_write_file(path, text, strlen(text));
    free(text);
    return status;
}

/* The JSON text, which free() takes back; NULL: no memory. */
static char *describe_environment(int threads)
{
    sgn_machine machine = sgn_machine_look();
    cJSON *o = cJSON_CreateObject();
    int ok = cJSON_AddStringToObject(o, "signroll", SIGNROLL_VERSION) &&
             cJSON_AddStringToObject(o, "compiler", __VERSION__) &&
             cJSON_AddStringToObject(o, "system", machine.system) &&
             cJSON_AddStringToObject(o, "machine", machine.machine) &&
             cJSON_AddStringToObject(o, "cpu", machine.cpu) &&
             cJSON_AddStringToObject(o, "blas_core", sgn_blas_core()) &&
             cJSON_AddStringToObject(o, "generator", SGN_RNG_NAME) &&
             cJSON_AddNumberToObject(o, "threads", threads);
    char *text = ok ? cJSON_Print(o) : NULL;
    cJSON_Delete(o);
    return text;
}

static sgn_status write_environment(const char *folder, int threads)
{
    char path[SGN_PATH_MAX];
    SGN_TRY(sgn_path_join(path, folder, "env.json"));
    char *text = describe_environment(threads);
    if (!text) return sgn_fail(SGN_EMEM, "out of memory: env.json");
    sgn_status status = sgn_write_file(path, text, strlen(text));
    free(text);
    return status;
}

sgn_status sgn_folder_begin(const char *folder, const sgn_config *c, int threads, int force)
{
    SGN_TRY(make_room(folder, force));
    SGN_TRY(write_config(folder, c));
    return write_environment(folder, threads);
}

sgn_status sgn_folder_take(sgn_lock *lock, const char *folder)
{
    SGN_TRY(sgn_mkdirs(folder));
    return sgn_lock_take(lock, folder);
}

sgn_status sgn_folder_keep(const sgn_summary *s, const sgn_config *c, const char *asked,
                           int threads, int force)
{
    char folder[SGN_PATH_MAX], path[SGN_PATH_MAX];
    sgn_lock lock;
    if (!asked) return SGN_OK;
    SGN_TRY(sgn_folder_name(folder, c, asked));
    SGN_TRY(sgn_path_join(path, folder, "summary.json"));
    SGN_TRY(sgn_folder_take(&lock, folder));
    sgn_status status = sgn_folder_begin(folder, c, threads, force);
    if (!status) status = sgn_summary_save(s, path);
    sgn_lock_give(&lock);
    return status;
}
