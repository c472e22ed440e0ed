#include "io/summary.h"
#include "core/memory.h"
#include "io/file.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

typedef enum { NAME, LABEL, COUNT, SEED, FLAG, REAL, REAL_IF_KNOWN } kind;

typedef struct {
    const char *key;
    kind kind;
    size_t at;
} field;

#define FIELD(kind, key)                       \
    {                                          \
#key, kind, offsetof(sgn_summary, key) \
    }
static const field fields[] = {
    FIELD(NAME, name),
    FIELD(LABEL, label),
    FIELD(NAME, problem),
    FIELD(NAME, condition),
    FIELD(NAME, solver),
    FIELD(COUNT, depth),
    FIELD(NAME, constraint),
    FIELD(NAME, support),
    FIELD(NAME, scale),
    FIELD(SEED, seed),
    FIELD(COUNT, m),
    FIELD(COUNT, n),
    FIELD(REAL, sparsity),
    FIELD(REAL, snr_db),
    FIELD(COUNT, samples),
    FIELD(COUNT, steps),
    FIELD(REAL, nmse_train_db),
    FIELD(REAL, nmse_test_db),
    FIELD(REAL, nmse_test_median_db),
    FIELD(REAL, nmse_test_p99_db),
    FIELD(REAL, best_db),
    FIELD(REAL, gap_db),
    FIELD(REAL, gap_linear),
    FIELD(REAL, support_f1),
    FIELD(REAL, support_precision),
    FIELD(REAL, support_recall),
    FIELD(REAL, support_auc),
    FIELD(REAL, nmse_normalised_db),
    FIELD(REAL, angle),
    FIELD(REAL, links),
    FIELD(REAL, active_links),
    FIELD(REAL, weights),
    FIELD(REAL, parameters),
    FIELD(REAL, sign_bits_per_link),
    FIELD(REAL, stored_bits_per_link),
    FIELD(REAL, physics_bits_per_link),
    FIELD(REAL, total_bits_per_link),
    FIELD(REAL, stored_bytes),
    FIELD(REAL, bits_per_weight),
    FIELD(REAL, compression_vs_fp32),
    FIELD(REAL, multiplications),
    FIELD(REAL, additions),
    FIELD(REAL, weight_bytes_read),
    FIELD(REAL, physics_bytes_read),
    FIELD(REAL, energy_sram_nj),
    FIELD(REAL, energy_dram_nj),
    FIELD(REAL, seconds),
    FIELD(NAME, weights_hash),
    FIELD(FLAG, diverged),
    FIELD(REAL_IF_KNOWN, lambda),
    FIELD(REAL_IF_KNOWN, iterations),
    FIELD(REAL_IF_KNOWN, objective),
    FIELD(REAL_IF_KNOWN, duality_gap),
    FIELD(REAL_IF_KNOWN, seconds_per_signal),
    FIELD(REAL_IF_KNOWN, file_bits_per_link),
    FIELD(REAL_IF_KNOWN, file_bytes),
    FIELD(REAL_IF_KNOWN, c_table_bytes),
    FIELD(REAL_IF_KNOWN, c_static_bytes),
    /* theory: bounds and their measurements */
    FIELD(REAL_IF_KNOWN, convergence_factor),
    FIELD(REAL_IF_KNOWN, empirical_rate),
    FIELD(REAL_IF_KNOWN, stability_bound),
    FIELD(REAL_IF_KNOWN, stability_measured),
    FIELD(REAL_IF_KNOWN, sensitivity_bound),
    FIELD(REAL_IF_KNOWN, sensitivity_measured),
    FIELD(REAL_IF_KNOWN, bounded_train),
    FIELD(REAL_IF_KNOWN, bounded_test),
    FIELD(REAL_IF_KNOWN, bounded_gap),
    FIELD(REAL_IF_KNOWN, occam_bound),
    FIELD(REAL_IF_KNOWN, test_error),
    FIELD(REAL_IF_KNOWN, test_error_stderr),
    FIELD(REAL_IF_KNOWN, predicted_error),
    FIELD(REAL_IF_KNOWN, ratio),
};
#undef FIELD
enum { FIELDS = sizeof fields / sizeof *fields, FILE_MOST = 16 << 20, LAYERS_MOST = 1 << 16 };

static const char layers_key[] = "layer_nmse_db";

/* ---- the field of a row, as the type its kind says ---- */
static char *name_at(sgn_summary *s, const field *f) { return (char *)s + f->at; }
static void *slot(sgn_summary *s, const field *f) { return (char *)s + f->at; }
static const void *value(const sgn_summary *s, const field *f) { return (const char *)s + f->at; }

void sgn_summary_init(sgn_summary *s)
{
    memset(s, 0, sizeof *s);
    for (int i = 0; i < FIELDS; i++)
        if (fields[i].kind >= REAL) *(double *)slot(s, &fields[i]) = (double)NAN;
}

void sgn_summary_free(sgn_summary *s)
{
    if (!s) return;
    sgn_free(s->layer_nmse_db);
    s->layer_nmse_db = NULL;
    s->layers = 0;
}

static void print_field(const sgn_summary *s, const field *f, char *text, size_t size)
{
    const void *v = value(s, f);
    switch (f->kind) {
    case NAME:
    case LABEL: snprintf(text, size, "%s", (const char *)v); break;
    case COUNT:
    case FLAG: snprintf(text, size, "%d", *(const int *)v); break;
    case SEED: snprintf(text, size, "%llu", (unsigned long long)*(const uint64_t *)v); break;
    case REAL:
    case REAL_IF_KNOWN: sgn_text_real(*(const double *)v, text, size); break;
    }
}

int sgn_summary_print(const sgn_summary *s, const char *key, char *text, size_t size)
{
    for (int i = 0; i < FIELDS; i++) {
        if (strcmp(fields[i].key, key)) continue;
        print_field(s, &fields[i], text, size);
        return 1;
    }
    return 0;
}

/* ---- writing ---- */

static cJSON *json_real(double x)
{
    return isfinite(x) ? cJSON_CreateNumber(x) : cJSON_CreateNull();
}

/* cJSON keeps numbers as doubles; a seed has 64 bits, so its digits are written as they are. */
static cJSON *json_seed(uint64_t seed)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)seed);
    return cJSON_CreateRaw(digits);
}

static cJSON *json_field(const sgn_summary *s, const field *f)
{
    const void *v = value(s, f);
    switch (f->kind) {
    case NAME:
    case LABEL: return cJSON_CreateString(v);
    case COUNT: return cJSON_CreateNumber(*(const int *)v);
    case SEED: return json_seed(*(const uint64_t *)v);
    case FLAG: return cJSON_CreateBool(*(const int *)v);
    case REAL:
    case REAL_IF_KNOWN: return json_real(*(const double *)v);
    }
    return NULL;
}

static int is_left_out(const sgn_summary *s, const field *f)
{
    return f->kind == REAL_IF_KNOWN && isnan(*(const double *)value(s, f));
}

/* Adds `item` under `key` (NULL: to an array) and owns it from then on, also when this fails. */
static int add(cJSON *into, const char *key, cJSON *item)
{
    int added =
        item && (key ? cJSON_AddItemToObject(into, key, item) : cJSON_AddItemToArray(into, item));
    if (!added) cJSON_Delete(item);
    return added;
}

static int add_layers(cJSON *into, const sgn_summary *s)
{
    cJSON *array = cJSON_CreateArray();
    if (!add(into, layers_key, array)) return 0;
    for (int k = 0; k < s->layers; k++)
        if (!add(array, NULL, json_real(s->layer_nmse_db[k]))) return 0;
    return 1;
}

static cJSON *json_of(const sgn_summary *s)
{
    cJSON *all = cJSON_CreateObject();
    int ok = all != NULL;
    for (int i = 0; i < FIELDS && ok; i++)
        if (!is_left_out(s, &fields[i])) ok = add(all, fields[i].key, json_field(s, &fields[i]));
    if (ok && add_layers(all, s)) return all;
    cJSON_Delete(all);
    return NULL;
}

/* What cJSON printed, copied into memory of ours. */
sgn_status sgn_summary_json(const sgn_summary *s, char **text)
{
    cJSON *json = json_of(s);
    char *printed = json ? cJSON_Print(json) : NULL;
    cJSON_Delete(json);
    if (!printed) return sgn_fail(SGN_EMEM, "out of memory: the summary of %s", s->name);
    size_t size = strlen(printed) + 1;
    char *own = sgn_alloc(size, 1);
    if (own) memcpy(own, printed, size);
    cJSON_free(printed);
    if (!own) return SGN_EMEM;
    *text = own;
    return SGN_OK;
}

sgn_status sgn_summary_save(const sgn_summary *s, const char *path)
{
    char *text = NULL;
    sgn_status status = sgn_summary_json(s, &text);
    if (text) status = sgn_write_file(path, text, strlen(text));
    sgn_free(text);
    return status;
}

/* ---- reading ---- */

/* A number, or null for one that was not finite. */
static int read_real(const cJSON *item, double *out)
{
    if (!cJSON_IsNumber(item) && !cJSON_IsNull(item)) return 0;
    *out = cJSON_IsNull(item) ? (double)NAN : cJSON_GetNumberValue(item);
    return 1;
}

static int read_count(const cJSON *item, int *out)
{
    double x = cJSON_GetNumberValue(item);  // NAN when it is no number
    if (!(x >= 0 && x <= INT_MAX)) return 0;
    *out = (int)x;
    return 1;
}

static int read_seed(const cJSON *item, uint64_t *out)
{
    double x = cJSON_GetNumberValue(item);
    if (!(x >= 0 && x < 0x1p64)) return 0;
    *out = (uint64_t)x;
    return 1;
}

static int read_name(const cJSON *item, char *out, size_t size)
{
    const char *text = cJSON_GetStringValue(item);
    size_t length = text ? strlen(text) : size;
    if (length >= size) return 0;
    memcpy(out, text, length + 1);
    return 1;
}

static int read_flag(const cJSON *item, int *out)
{
    *out = cJSON_IsTrue(item);
    return cJSON_IsBool(item);
}

static int read_field(const cJSON *item, const field *f, sgn_summary *s)
{
    switch (f->kind) {
    case NAME: return read_name(item, name_at(s, f), SGN_NAME_MAX);
    case LABEL: return read_name(item, name_at(s, f), SGN_LABEL_MAX);
    case COUNT: return read_count(item, slot(s, f));
    case SEED: return read_seed(item, slot(s, f));
    case FLAG: return read_flag(item, slot(s, f));
    case REAL:
    case REAL_IF_KNOWN: return read_real(item, slot(s, f));
    }
    return 0;
}

static const char *wanted(kind k)
{
    switch (k) {
    case NAME: return "a text of at most 63 bytes";
    case LABEL: return "a text of at most 255 bytes";
    case COUNT: return "a whole number";
    case SEED: return "a whole number below 2^64";
    case FLAG: return "true or false";
    case REAL:
    case REAL_IF_KNOWN: return "a number or null";
    }
    return "known";
}

static sgn_status read_layers(const cJSON *array, sgn_summary *s, const char *path)
{
    int n = cJSON_GetArraySize(array), k = 0;
    if (!cJSON_IsArray(array) || n > LAYERS_MOST)
        return sgn_fail(SGN_EDATA, "%s: %s is not an array of at most %d numbers", path, layers_key,
                        LAYERS_MOST);
    s->layer_nmse_db = sgn_alloc((size_t)n + 1, sizeof *s->layer_nmse_db);
    if (!s->layer_nmse_db) return SGN_EMEM;
    s->layers = n;
    const cJSON *item;
    cJSON_ArrayForEach(item, array)
    {
        if (!read_real(item, &s->layer_nmse_db[k++]))
            return sgn_fail(SGN_EDATA, "%s: %s[%d] is not a number or null", path, layers_key,
                            k - 1);
    }
    return SGN_OK;
}

static sgn_status read_object(const cJSON *json, sgn_summary *s, const char *path)
{
    if (!cJSON_IsObject(json)) return sgn_fail(SGN_EDATA, "%s is not a JSON object", path);
    for (int i = 0; i < FIELDS; i++) {
        const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, fields[i].key);
        if (item && !read_field(item, &fields[i], s))
            return sgn_fail(SGN_EDATA, "%s: %s is not %s", path, fields[i].key,
                            wanted(fields[i].kind));
    }
    const cJSON *layers = cJSON_GetObjectItemCaseSensitive(json, layers_key);
    if (layers) SGN_TRY(read_layers(layers, s, path));
    if (!s->label[0]) snprintf(s->label, sizeof s->label, "%s", s->name);
    return SGN_OK;
}

sgn_status sgn_summary_load(sgn_summary *out, const char *path)
{
    char *text;
    size_t size;
    SGN_TRY(sgn_read_file(path, FILE_MOST, &text, &size));
    errno = 0;
    cJSON *json = cJSON_ParseWithLengthOpts(text, size + 1, NULL, 1);
    int no_memory = !json && errno == ENOMEM;  // cJSON itself does not say why it gives up
    sgn_summary s;
    sgn_summary_init(&s);
    sgn_status status =
        no_memory ? sgn_fail(SGN_EMEM, "out of memory: %s", path) : read_object(json, &s, path);
    cJSON_Delete(json);
    sgn_free(text);
    if (status != SGN_OK) sgn_summary_free(&s);
    else *out = s;
    return status;
}
