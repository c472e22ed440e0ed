/* metrics.csv and metrics.jsonl: watched while they grow, cut back when a run goes on. */
#include "core/memory.h"
#include "io/file.h"
#include "io/metrics.h"

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char folder[] = "/tmp/signroll-metrics-XXXXXX";
static char csv[SGN_PATH_MAX], jsonl[SGN_PATH_MAX];

static void make_folder(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(sgn_path_join(csv, folder, "metrics.csv"), SGN_OK);
    cr_assert_eq(sgn_path_join(jsonl, folder, "metrics.jsonl"), SGN_OK);
}

static void remove_folder(void)
{
    unlink(csv);
    unlink(jsonl);
    rmdir(folder);
}

static sgn_epoch row_of(int epoch)
{
    return (sgn_epoch){.epoch = epoch,
                       .step = 100 * epoch,
                       .lr = 1e-3 / (1 + epoch),
                       .loss = 1.0 / (3 + epoch),
                       .train_db = -10.0 / 3 * epoch,
                       .validation_db = -3.1 * epoch,
                       .grad_norm = 0.1 * epoch,
                       .flips = 0.01,
                       .seconds = 1.7 * epoch};
}

/* Rows first..last into the open files of a run that stands at last_step. */
static void write_rows(int last_step, int first, int last)
{
    sgn_metrics *m;
    cr_assert_eq(sgn_metrics_open(&m, folder, last_step), SGN_OK, "%s", sgn_last_error());
    for (int k = first; k <= last; k++) {
        sgn_epoch e = row_of(k);
        cr_assert_eq(sgn_metrics_append(m, &e), SGN_OK);
    }
    cr_assert_eq(sgn_metrics_close(m), SGN_OK);
}

static char *text_of(const char *path)
{
    char *text;
    cr_assert_eq(sgn_read_file(path, 1 << 20, &text, NULL), SGN_OK, "%s", sgn_last_error());
    return text;
}

static void append_text(const char *path, const char *text)
{
    FILE *to = fopen(path, "a");
    fputs(text, to);
    fclose(to);
}

TestSuite(metrics, .init = make_folder, .fini = remove_folder);

Test(metrics, rows_read_back_as_the_same_doubles)
{
    sgn_epoch *row;
    int n;
    write_rows(-1, 0, 4);
    cr_assert_eq(sgn_metrics_load(folder, &row, &n), SGN_OK);
    cr_assert_eq(n, 5);
    for (int k = 0; k < n; k++) {
        sgn_epoch e = row_of(k);
        cr_assert_arr_eq(&row[k], &e, sizeof e, "row %d", k);
    }
    sgn_free(row);
}

Test(metrics, the_columns_are_the_documented_ones)
{
    write_rows(-1, 1, 1);
    char *text = text_of(csv);
    static const char header[] = "epoch,step,lr,loss,nmse_train_db,nmse_validation_db,grad_norm,"
                                 "flips,seconds\n1,100,0.0005,";
    cr_assert_eq(strncmp(text, header, strlen(header)), 0, "%s", text);
    sgn_free(text);
}

Test(metrics, every_json_line_is_an_object_with_null_for_what_is_not_finite)
{
    sgn_metrics *m;
    sgn_epoch e = row_of(1);
    e.loss = (double)NAN;
    e.grad_norm = HUGE_VAL;
    cr_assert_eq(sgn_metrics_open(&m, folder, -1), SGN_OK);
    cr_assert_eq(sgn_metrics_append(m, &e), SGN_OK);
    cr_assert_eq(sgn_metrics_close(m), SGN_OK);
    char *text = text_of(jsonl);
    cJSON *json = cJSON_Parse(text);
    cr_assert(cJSON_IsNull(cJSON_GetObjectItem(json, "loss")), "%s", text);
    cr_assert(cJSON_IsNull(cJSON_GetObjectItem(json, "grad_norm")));
    cr_assert_eq(cJSON_GetNumberValue(cJSON_GetObjectItem(json, "step")), 100);
    cr_assert_eq(cJSON_GetNumberValue(cJSON_GetObjectItem(json, "nmse_train_db")), e.train_db);
    cJSON_Delete(json);
    sgn_free(text);
    sgn_epoch *row;
    int n;
    cr_assert_eq(sgn_metrics_load(folder, &row, &n), SGN_OK);
    cr_assert(isnan(row[0].loss) && isinf(row[0].grad_norm));
    sgn_free(row);
}

Test(metrics, a_row_can_be_read_before_the_files_are_closed)
{
    sgn_metrics *m;
    sgn_epoch e = row_of(1), *row;
    int n;
    cr_assert_eq(sgn_metrics_open(&m, folder, -1), SGN_OK);
    cr_assert_eq(sgn_metrics_append(m, &e), SGN_OK);
    cr_assert_eq(sgn_metrics_load(folder, &row, &n), SGN_OK);
    cr_assert_eq(n, 1);
    sgn_free(row);
    cr_assert_eq(sgn_metrics_close(m), SGN_OK);
    cr_assert_eq(sgn_metrics_close(NULL), SGN_OK);
}

Test(metrics, a_resumed_run_leaves_the_files_of_an_uninterrupted_one)
{
    write_rows(-1, 0, 5);
    char *csv_whole = text_of(csv), *jsonl_whole = text_of(jsonl);
    write_rows(-1, 0, 4);
    append_text(csv, "5,500,0.1,0.3");  // killed while writing, past its checkpoint of step 300
    write_rows(300, 4, 5);
    char *csv_resumed = text_of(csv), *jsonl_resumed = text_of(jsonl);
    cr_assert_str_eq(csv_resumed, csv_whole);
    cr_assert_str_eq(jsonl_resumed, jsonl_whole);
    sgn_free(csv_whole), sgn_free(jsonl_whole), sgn_free(csv_resumed), sgn_free(jsonl_resumed);
}

Test(metrics, starting_anew_forgets_what_was_there)
{
    sgn_epoch *row;
    int n;
    write_rows(-1, 0, 3);
    write_rows(-1, 7, 7);
    cr_assert_eq(sgn_metrics_load(folder, &row, &n), SGN_OK);
    cr_assert_eq(n, 1);
    cr_assert_eq(row[0].epoch, 7);
    sgn_free(row);
}

Test(metrics, resuming_without_a_file_starts_one)
{
    write_rows(300, 4, 4);
    cr_assert_eq(access(csv, R_OK), 0);
    cr_assert_eq(access(jsonl, R_OK), 0);
}

Test(metrics, a_malformed_row_is_named_by_file_and_line)
{
    static const char *const bad[] = {"1,2,3\n",
                                      "x,2,3,4,5,6,7,8,9\n",
                                      "1,2,3,4,5,6,7,8,9,10\n",
                                      "1,99999999999,3,4,5,6,7,8,9\n",
                                      "\n",
                                      "-1,2,3,4,5,6,7,8,9\n",
                                      "1x,2,3,4,5,6,7,8,9\n",
                                      "1,2,3,4,x,6,7,8,9\n",
                                      "1,2,3,4,5;6,7,8,9\n",
                                      "1,2,3,4,5,6,7,8,9x\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sgn_epoch *row = NULL;
        int n = -1;
        write_rows(-1, 0, 1);
        append_text(csv, bad[i]);
        cr_assert_eq(sgn_metrics_load(folder, &row, &n), SGN_EDATA, "%s", bad[i]);
        cr_assert(strstr(sgn_last_error(), "metrics.csv:4"), "%s", sgn_last_error());
        cr_assert(row == NULL && n == -1);
    }
}

Test(metrics, a_full_disk_is_told_at_the_row_that_did_not_fit)
{
    sgn_metrics *m;
    struct rlimit before, limit;
    cr_assert_eq(sgn_metrics_open(&m, folder, -1), SGN_OK);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    limit = before;
    limit.rlim_cur = 256;
    setrlimit(RLIMIT_FSIZE, &limit);
    sgn_status s = SGN_OK;
    for (int k = 0; k < 10 && s == SGN_OK; k++) {
        sgn_epoch e = row_of(k);
        s = sgn_metrics_append(m, &e);
    }
    setrlimit(RLIMIT_FSIZE, &before);
    cr_assert_eq(s, SGN_EIO);
    cr_assert(strstr(sgn_last_error(), "metrics."));
    sgn_status closed = sgn_metrics_close(m);
    cr_assert(closed == SGN_OK || closed == SGN_EIO);
}

Test(metrics, a_missing_folder_is_an_error_that_names_it)
{
    sgn_metrics *m = NULL;
    cr_assert_eq(sgn_metrics_open(&m, "/nowhere", -1), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), "/nowhere/metrics.csv"));
    cr_assert_null(m);
}
