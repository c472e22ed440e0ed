#include "io/metrics.h"
#include "core/memory.h"
#include "core/memstream.h"
#include "io/file.h"
#include "io/text.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 30 };

static const char csv_name[] = "metrics.csv", jsonl_name[] = "metrics.jsonl";

/* The columns: two counts, then numbers. */
static const char *const count_key[] = {"epoch", "step"};
static const struct {
    const char *key;
    size_t at;
} real[] = {
    {"lr", offsetof(sgn_epoch, lr)},
    {"loss", offsetof(sgn_epoch, loss)},
    {"nmse_train_db", offsetof(sgn_epoch, train_db)},
    {"nmse_validation_db", offsetof(sgn_epoch, validation_db)},
    {"grad_norm", offsetof(sgn_epoch, grad_norm)},
    {"flips", offsetof(sgn_epoch, flips)},
    {"seconds", offsetof(sgn_epoch, seconds)},
};
enum { REALS = sizeof real / sizeof *real };

struct sgn_metrics {
    FILE *csv, *jsonl;
    char csv_path[SGN_PATH_MAX], jsonl_path[SGN_PATH_MAX];
};

/* ---- one row ---- */

static double real_of(const sgn_epoch *e, int i)
{
    double x;
    memcpy(&x, (const char *)e + real[i].at, sizeof x);
    return x;
}

static void put_header(FILE *to)
{
    fprintf(to, "%s,%s", count_key[0], count_key[1]);
    for (int i = 0; i < REALS; i++) fprintf(to, ",%s", real[i].key);
    fputc('\n', to);
}

static void put_csv(FILE *to, const sgn_epoch *e)
{
    char text[SGN_EXACT_MAX];
    fprintf(to, "%d,%d", e->epoch, e->step);
    for (int i = 0; i < REALS; i++) {
        sgn_text_exact(text, real_of(e, i));
        fprintf(to, ",%s", text);
    }
    fputc('\n', to);
}

static void put_json(FILE *to, const sgn_epoch *e)
{
    char text[SGN_EXACT_MAX];
    fprintf(to, "{\"%s\": %d, \"%s\": %d", count_key[0], e->epoch, count_key[1], e->step);
    for (int i = 0; i < REALS; i++) {
        sgn_text_exact(text, real_of(e, i));
        fprintf(to, ", \"%s\": %s", real[i].key, isfinite(real_of(e, i)) ? text : "null");
    }
    fputs("}\n", to);
}

static int read_count(char **at, int *out)
{
    char *end;
    errno = 0;
    long v = strtol(*at, &end, 10);
    if (end == *at || *end != ',' || errno || v < 0 || v > INT_MAX) return 0;
    *out = (int)v;
    *at = end + 1;
    return 1;
}

/* A row without its line end. */
static int read_row(char *line, sgn_epoch *e)
{
    if (!read_count(&line, &e->epoch) || !read_count(&line, &e->step)) return 0;
    for (int i = 0; i < REALS; i++) {
        char *end;
        double x = strtod(line, &end);
        if (end == line || *end != (i < REALS - 1 ? ',' : '\0')) return 0;
        memcpy((char *)e + real[i].at, &x, sizeof x);
        line = end + 1;
    }
    return 1;
}

/* ---- the whole file ---- */

static int count_lines(const char *text)
{
    int n = 0;
    while ((text = strchr(text, '\n'))) text++, n++;
    return n;
}

static sgn_status parse(char *text, const char *path, sgn_epoch *row, int *n)
{
    *n = 0;
    int number = 0;
    for (char *end; (end = strchr(text, '\n')); text = end + 1) {
        *end = '\0';
        if (number++ == 0) continue;  // the header
        if (!read_row(text, &row[(*n)++]))
            return sgn_fail(SGN_EDATA, "%s:%d: not a row of %d numbers", path, number, 2 + REALS);
    }
    return SGN_OK;
}

sgn_status sgn_metrics_load(const char *folder, sgn_epoch **row, int *n)
{
    char path[SGN_PATH_MAX], *text;
    SGN_TRY(sgn_path_join(path, folder, csv_name));
    SGN_TRY(sgn_read_file(path, FILE_MOST, &text, NULL));
    int rows = 0;
    sgn_epoch *read = sgn_alloc((size_t)count_lines(text) + 1, sizeof *read);
    sgn_status s = read ? parse(text, path, read, &rows) : SGN_EMEM;
    sgn_free(text);
    if (s != SGN_OK) {
        sgn_free(read);
        return s;
    }
    *row = read;
    *n = rows;
    return SGN_OK;
}

/* ---- appending ---- */

static sgn_status fail(const char *path) { return sgn_fail_io("write", path); }

/* Writes the file anew with the rows up to last_step; `header` stands before them. */
static sgn_status rewrite(const char *path, void (*header)(FILE *),
                          void (*put)(FILE *, const sgn_epoch *), const sgn_epoch *row, int n,
                          int last_step)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = sgn_memstream_open(&text, &size);
    if (!to) return SGN_EMEM;
    if (header) header(to);
    for (int i = 0; i < n; i++)
        if (row[i].step <= last_step) put(to, &row[i]);
    sgn_status s = sgn_memstream_close(to);
    if (s == SGN_OK) s = sgn_write_file(path, text, size);
    free(text);
    return s;
}

/* Both files are made from the rows of the CSV, so they agree whichever one a kill cut short. */
static sgn_status prepare(const sgn_metrics *m, const char *folder, int last_step)
{
    sgn_epoch *row = NULL;
    int n = 0;
    if (last_step >= 0 && access(m->csv_path, F_OK) == 0)
        SGN_TRY(sgn_metrics_load(folder, &row, &n));
    sgn_status s = rewrite(m->csv_path, put_header, put_csv, row, n, last_step);
    if (s == SGN_OK) s = rewrite(m->jsonl_path, NULL, put_json, row, n, last_step);
    sgn_free(row);
    return s;
}

static void discard(sgn_metrics *m)
{
    if (m->csv) fclose(m->csv);
    if (m->jsonl) fclose(m->jsonl);
    sgn_free(m);
}

sgn_status sgn_metrics_open(sgn_metrics **out, const char *folder, int last_step)
{
    sgn_status s;
    sgn_metrics *m = sgn_alloc(1, sizeof *m);
    if (!m) return SGN_EMEM;
    if ((s = sgn_path_join(m->csv_path, folder, csv_name)) != SGN_OK ||
        (s = sgn_path_join(m->jsonl_path, folder, jsonl_name)) != SGN_OK ||
        (s = prepare(m, folder, last_step)) != SGN_OK)
        goto fail;
    if (!(m->csv = fopen(m->csv_path, "ae"))) {
        s = fail(m->csv_path);
        goto fail;
    }
    if (!(m->jsonl = fopen(m->jsonl_path, "ae"))) {
        s = fail(m->jsonl_path);
        goto fail;
    }
    *out = m;
    return SGN_OK;
fail:
    discard(m);
    return s;
}

sgn_status sgn_metrics_append(sgn_metrics *m, const sgn_epoch *e)
{
    put_csv(m->csv, e);
    if (fflush(m->csv) || ferror(m->csv)) return fail(m->csv_path);
    put_json(m->jsonl, e);
    if (fflush(m->jsonl) || ferror(m->jsonl)) return fail(m->jsonl_path);
    return SGN_OK;
}

sgn_status sgn_metrics_sync(sgn_metrics *m)
{
    if (fsync(fileno(m->csv))) return fail(m->csv_path);
    if (fsync(fileno(m->jsonl))) return fail(m->jsonl_path);
    return SGN_OK;
}

sgn_status sgn_metrics_close(sgn_metrics *m)
{
    if (!m) return SGN_OK;
    sgn_status s = SGN_OK;
    if (fclose(m->csv)) s = fail(m->csv_path);
    if (fclose(m->jsonl)) s = fail(m->jsonl_path);
    sgn_free(m);
    return s;
}
