/* summary.json: every figure survives, nothing else is taken for one. */
#include "core/memory.h"
#include "io/file.h"
#include "io/summary.h"

#include <cjson/cJSON.h>
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/tmp/signroll-summary-XXXXXX";
static char path[SGN_PATH_MAX];

static void make_folder(void)
{
    cr_assert(mkdtemp(folder));
    cr_assert_eq(sgn_path_join(path, folder, "summary.json"), SGN_OK);
}

static void remove_folder(void)
{
    unlink(path);
    rmdir(folder);
}

TestSuite(summary, .init = make_folder, .fini = remove_folder);

static sgn_summary sample(void)
{
    sgn_summary s;
    sgn_summary_init(&s);
    strcpy(s.name, "quickstart");
    strcpy(
        s.label,
        "one-bit \"25 %\" and all else that sets it apart, which may take more than a name does");
    strcpy(s.solver, "lista-cp");
    strcpy(s.weights_hash, "a3f9c0d2e4b51788");
    s.seed = 9007199254740991u;
    s.depth = 3, s.m = 250, s.n = 500, s.samples = 10000, s.steps = 4000;
    s.sparsity = 0.1;
    s.nmse_test_db = -20.123456789012345;
    s.gap_db = 1.0 / 3;
    s.links = 2e6;
    s.layers = 3;
    s.layer_nmse_db = sgn_alloc(3, sizeof *s.layer_nmse_db);
    s.layer_nmse_db[0] = -5.1;
    s.layer_nmse_db[1] = (double)NAN;
    s.layer_nmse_db[2] = -20.2;
    return s;
}

static cJSON *json_of(const sgn_summary *s)
{
    char *text;
    cr_assert_eq(sgn_summary_json(s, &text), SGN_OK);
    cJSON *json = cJSON_Parse(text);
    cr_assert(json, "%s", text);
    sgn_free(text);
    return json;
}

static sgn_status load_text(const char *text, sgn_summary *out)
{
    cr_assert_eq(sgn_write_file(path, text, strlen(text)), SGN_OK);
    return sgn_summary_load(out, path);
}

Test(summary, what_is_saved_loads_as_the_same_figures)
{
    sgn_summary s = sample(), back;
    cr_assert_eq(sgn_summary_save(&s, path), SGN_OK);
    cr_assert_eq(sgn_summary_load(&back, path), SGN_OK, "%s", sgn_last_error());
    cr_assert_str_eq(back.label, s.label);
    cr_assert_str_eq(back.solver, s.solver);
    cr_assert_str_eq(back.weights_hash, s.weights_hash);
    cr_assert_eq(back.seed, s.seed);
    cr_assert_eq(back.steps, s.steps);
    cr_assert_eq(back.nmse_test_db, s.nmse_test_db);
    cr_assert_eq(back.gap_db, s.gap_db);
    cr_assert_eq(back.layers, 3);
    cr_assert_eq(back.layer_nmse_db[2], s.layer_nmse_db[2]);
    sgn_summary_free(&back);
    sgn_summary_free(&s);
    sgn_summary_free(NULL);
}

/* Saving what was loaded gives the same bytes: no key is written that is not read, and back. */
Test(summary, saving_what_was_loaded_changes_no_byte)
{
    sgn_summary s = sample(), back;
    char *first, *second;
    s.objective = 0.25, s.iterations = 100, s.lambda = 0.1, s.file_bytes = 31000,
    s.c_table_bytes = 5000;
    s.stability_bound = 1e30, s.bounded_gap = -0.01;
    cr_assert_eq(sgn_summary_json(&s, &first), SGN_OK);
    cr_assert_eq(load_text(first, &back), SGN_OK);
    cr_assert_eq(sgn_summary_json(&back, &second), SGN_OK);
    cr_assert_str_eq(second, first);
    cr_assert_eq(back.objective, 0.25);
    sgn_free(first), sgn_free(second);
    sgn_summary_free(&back), sgn_summary_free(&s);
}

Test(summary, every_key_that_users_rely_on_is_there)
{
    static const char keys[] =
        "name solver depth constraint support scale seed m n sparsity snr_db samples steps "
        "nmse_train_db nmse_test_db nmse_test_median_db gap_db support_f1 links active_links "
        "sign_bits_per_link stored_bits_per_link physics_bits_per_link total_bits_per_link "
        "stored_bytes bits_per_weight parameters seconds weights_hash diverged label gap_linear "
        "best_db problem nmse_test_p99_db layer_nmse_db compression_vs_fp32 multiplications "
        "additions "
        "weight_bytes_read physics_bytes_read energy_sram_nj energy_dram_nj";
    static const char later[] =
        "file_bits_per_link file_bytes c_table_bytes c_static_bytes iterations objective lambda "
        "convergence_factor empirical_rate stability_bound stability_measured "
        "sensitivity_bound sensitivity_measured bounded_train bounded_test "
        "bounded_gap occam_bound";
    sgn_summary s = sample();
    cJSON *json = json_of(&s);
    char list[sizeof keys + sizeof later], *rest;
    strcpy(list, keys);
    for (char *key = strtok_r(list, " ", &rest); key; key = strtok_r(NULL, " ", &rest))
        cr_assert(cJSON_HasObjectItem(json, key), "%s", key);
    strcpy(list, later);
    for (char *key = strtok_r(list, " ", &rest); key; key = strtok_r(NULL, " ", &rest))
        cr_assert(!cJSON_HasObjectItem(json, key), "%s is not known yet", key);
    cJSON_Delete(json);
    sgn_summary_free(&s);
}

Test(summary, what_is_not_finite_is_null_and_reads_back_as_nan)
{
    sgn_summary s = sample(), back;
    s.snr_db = HUGE_VAL;
    s.gap_linear = -HUGE_VAL;
    cJSON *json = json_of(&s);
    cr_assert(cJSON_IsNull(cJSON_GetObjectItem(json, "snr_db")));
    cr_assert(cJSON_IsNull(cJSON_GetObjectItem(json, "nmse_train_db")));
    cr_assert(cJSON_IsNull(cJSON_GetArrayItem(cJSON_GetObjectItem(json, "layer_nmse_db"), 1)));
    cJSON_Delete(json);
    cr_assert_eq(sgn_summary_save(&s, path), SGN_OK);
    cr_assert_eq(sgn_summary_load(&back, path), SGN_OK);
    cr_assert(isnan(back.snr_db) && isnan(back.gap_linear) && isnan(back.layer_nmse_db[1]));
    sgn_summary_free(&back), sgn_summary_free(&s);
}

Test(summary, all_digits_of_a_seed_are_written)
{
    sgn_summary s = sample();
    char *text;
    s.seed = UINT64_MAX;
    cr_assert_eq(sgn_summary_json(&s, &text), SGN_OK);
    cr_assert(strstr(text, "18446744073709551615"));
    sgn_free(text);
    sgn_summary_free(&s);
}

Test(summary, missing_keys_stay_empty_and_unknown_ones_are_left_alone)
{
    sgn_summary s;
    cr_assert_eq(load_text("{\"name\": \"a\", \"new\": [1]}", &s), SGN_OK, "%s", sgn_last_error());
    cr_assert_str_eq(s.label, "a");
    cr_assert(isnan(s.nmse_test_db));
    cr_assert_eq(s.layers, 0);
    sgn_summary_free(&s);
}

Test(summary, malformed_files_are_refused_by_name)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{\"name\": \"a\"",
        "{\"name\": \"a\"} more",
        "{\"name\": 3}",
        "{\"depth\": \"16\"}",
        "{\"depth\": -1}",
        "{\"depth\": 1e99}",
        "{\"seed\": 1e30}",
        "{\"diverged\": 2}",
        "{\"nmse_test_db\": \"-20\"}",
        "{\"label\": [\"a\"]}",
        "{\"lambda\": true}",
        "{\"layer_nmse_db\": 3}",
        "{\"layer_nmse_db\": [1, \"x\"]}",
        "{\"solver\": \"0123456789012345678901234567890123456789012345678901234567890123\"}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sgn_summary s = {.depth = 77};
        cr_assert_eq(load_text(bad[i], &s), SGN_EDATA, "%s", bad[i]);
        cr_assert(strstr(sgn_last_error(), path), "%s", sgn_last_error());
        cr_assert_eq(s.depth, 77);
    }
}

Test(summary, a_figure_of_every_kind_prints_as_it_is_written)
{
    sgn_summary s;
    sgn_summary_init(&s);
    strcpy(s.name, "a"), strcpy(s.label, "b"), strcpy(s.solver, "ista");
    s.depth = 4, s.diverged = 1, s.seed = UINT64_MAX, s.gap_db = 0.25;
    static const char *const as[][2] = {{"name", "a"},      {"label", "b"},
                                        {"solver", "ista"}, {"depth", "4"},
                                        {"gap_db", "0.25"}, {"lambda", "nan"},
                                        {"diverged", "1"},  {"seed", "18446744073709551615"}};
    char text[SGN_LABEL_MAX];
    for (size_t i = 0; i < sizeof as / sizeof *as; i++) {
        cr_expect(sgn_summary_print(&s, as[i][0], text, sizeof text), "%s", as[i][0]);
        cr_expect_str_eq(text, as[i][1]);
    }
    cr_expect_not(sgn_summary_print(&s, "nothing", text, sizeof text));
}

Test(summary, a_missing_file_is_an_io_error)
{
    sgn_summary s;
    cr_assert_eq(sgn_summary_load(&s, path), SGN_EIO);
    cr_assert(strstr(sgn_last_error(), path));
}
