#include "experiments/methods.h"

#include "core/memory.h"
#include "io/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

enum { CONFIG_MOST = 16 << 20 };

/* Takes the line that begins with `key` out of `text`. */
static void drop_line(char *text, const char *key)
{
    char *line = text;
    while (line && strncmp(line, key, strlen(key)))
        if ((line = strchr(line, '\n'))) line++;
    char *next = line ? strchr(line, '\n') : NULL;
    if (next) memmove(line, next + 1, strlen(next + 1) + 1);
}

/* "runs/a/" is "a"; of a long name the end, where a sweep's folders have their hash. */
static void copy_name(char to[SGN_NAME_MAX], const char *folder)
{
    enum { MOST = 30 };
    size_t end = strlen(folder);
    while (end && folder[end - 1] == '/') end--;
    size_t from = end;
    while (from && folder[from - 1] != '/' && end - from < MOST) from--;
    snprintf(to, SGN_NAME_MAX, "%.*s", (int)(end - from), folder + from);
}

sgn_status sgn_method_read(sgn_method *out, const char *folder)
{
    char path[SGN_PATH_MAX], *text;
    sgn_method m = {0};
    copy_name(m.folder, folder);
    SGN_TRY(sgn_path_join(path, folder, "config.yml"));
    if (access(path, F_OK) == 0) {
        SGN_TRY(sgn_read_file(path, CONFIG_MOST, &text, NULL));
        drop_line(text, "name:");
        drop_line(text, "seed:");
        m.hash = XXH3_64bits(text, strlen(text));
        sgn_free(text);
    }
    *out = m;
    return SGN_OK;
}

static int same_label(const sgn_run *a, const sgn_run *b)
{
    return !strcmp(a->summary.label, b->summary.label);
}

static void name_method(sgn_method *method, const sgn_run *run, int n, int i)
{
    int first = i, shared = 0;
    for (int k = 0; k < n; k++) {
        if (!same_label(&run[k], &run[i])) continue;
        if (method[k].hash != method[i].hash) shared = 1;
        else if (k < first) first = k;
    }
    const char *label = run[i].summary.label;
    if (shared)
        snprintf(method[i].label, SGN_LABEL_MAX, "%.200s (%.30s)", label, method[first].folder);
    else snprintf(method[i].label, SGN_LABEL_MAX, "%s", label);
}

void sgn_methods_tell_apart(sgn_method *method, sgn_run *run, int n)
{
    for (int i = 0; i < n; i++) name_method(method, run, n, i);
    for (int i = 0; i < n; i++) memcpy(run[i].summary.label, method[i].label, SGN_LABEL_MAX);
}
