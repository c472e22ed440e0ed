/* chart.c -- reading what a config's `report:` section asks for. */
#include "io/chart.h"

#include "core/memory.h"
#include "io/config_tree.h"

#include <string.h>

#define AT(field) offsetof(sgn_chart, field)

static const sgn_option options[] = {
    {"name", SGN_OPT_NAME, AT(name), 0, 0, 0, "", "what the figure's files are called"},
    {"title", SGN_OPT_PATH, AT(title), 0, 0, 0, "", "what stands above it"},
    {"caption", SGN_OPT_PATH, AT(caption), 0, 0, 0, "", "what stands below it"},
    {"x", SGN_OPT_NAME, AT(x), 0, 0, 0, "", "key of the x axis"},
    {"x_title", SGN_OPT_NAME, AT(x_title), 0, 0, 0, "", "its title, with the unit"},
    {"y_title", SGN_OPT_NAME, AT(y_title), 0, 0, 0, "", "the other's"},
    {"x_axis", SGN_OPT_CHOICE, AT(x_axis), 0, 0, 0, "linear|whole|log", "its scale"},
    {"y_axis", SGN_OPT_CHOICE, AT(y_axis), 0, 0, 0, "linear|whole|log", "the other's"},
    {"kind", SGN_OPT_CHOICE, AT(kind), 0, 0, 0, "lines|points", "whether points are joined"},
    {"along", SGN_OPT_NAME, AT(along), 0, 0, 0, "", "key whose values are points of one series"},
    {"match", SGN_OPT_NAME, AT(match), 0, 0, 0, "", "the series others are compared with"},
    {"cost", SGN_OPT_NAME, AT(cost), 0, 0, 0, "", "key of what is compared there"},
    {"front", SGN_OPT_BOOL, AT(front), 0, 0, 0, NULL, "joins the points that no other beats"},
};
enum { OPTIONS = sizeof options / sizeof *options };

/* ---- keys --------------------------------------------------------------------------------------- */

static sgn_status check_key(sgn_origin at, const char *key)
{
    char text[SGN_OPTION_TEXT_MAX];
    sgn_run empty = {0};
    sgn_summary_init(&empty.summary);
    sgn_config_presets(&empty.config);
    if (sgn_run_print(&empty, key, text, sizeof text)) return SGN_OK;
    return sgn_fail_at(at, SGN_ECONFIG,
                       "report: '%.60s' is neither a key of summary.json nor of a config", key);
}

static sgn_status read_key(const sgn_yaml *node, char key[SGN_CHART_KEY])
{
    if (node->kind != SGN_YAML_SCALAR || strlen(node->text) >= SGN_CHART_KEY)
        return sgn_fail_at(node->at, SGN_ECONFIG, "report: a key must be one short word");
    snprintf(key, SGN_CHART_KEY, "%s", node->text);
    return check_key(node->at, key);
}

static sgn_status too_many(const sgn_yaml *node)
{
    return sgn_fail_at(node->at, SGN_ECONFIG, "report: %s has more than %d entries", node->key,
                       SGN_CHART_KEYS);
}

static sgn_status read_y(sgn_chart *c, const sgn_yaml *node)
{
    if (node->kind == SGN_YAML_SCALAR) return read_key(node, c->y[c->ys++]);
    for (const sgn_yaml *e = node->child; e; e = e->next) {
        if (c->ys == SGN_CHART_KEYS) return too_many(node);
        SGN_TRY(read_key(e, c->y[c->ys++]));
    }
    return SGN_OK;
}

static sgn_status read_where(sgn_chart *c, const sgn_yaml *node)
{
    if (node->kind != SGN_YAML_MAPPING)
        return sgn_fail_at(node->at, SGN_ECONFIG,
                           "report: where must be a mapping of keys to values");
    for (const sgn_yaml *e = node->child; e; e = e->next) {
        if (c->wheres == SGN_CHART_KEYS) return too_many(node);
        if (e->kind != SGN_YAML_SCALAR)
            return sgn_fail_at(e->at, SGN_ECONFIG, "report: where: %s must be one value", e->key);
        SGN_TRY(check_key(e->key_at, e->key));
        snprintf(c->where[c->wheres], sizeof *c->where, "%s", e->key);
        snprintf(c->is[c->wheres++], sizeof *c->is, "%s", e->text);
    }
    return SGN_OK;
}

static sgn_status read_only(sgn_chart *c, const sgn_yaml *node)
{
    for (const sgn_yaml *e = node->child; e; e = e->next) {
        if (e->kind != SGN_YAML_SCALAR || strlen(e->text) >= SGN_NAME_MAX)
            return sgn_fail_at(e->at, SGN_ECONFIG, "report: series must be a list of labels");
        if (c->onlys == SGN_CHART_SERIES)
            return sgn_fail_at(e->at, SGN_ECONFIG, "report: series has more than %d entries",
                               SGN_CHART_SERIES);
        snprintf(c->only[c->onlys++], sizeof *c->only, "%s", e->text);
    }
    if (c->onlys) return SGN_OK;
    return sgn_fail_at(node->at, SGN_ECONFIG, "report: series must be a list of labels");
}

/* ---- figures ------------------------------------------------------------------------------------ */

static const sgn_option *find_option(const char *key)
{
    for (int i = 0; i < OPTIONS; i++)
        if (!strcmp(options[i].key, key)) return &options[i];
    return NULL;
}

static sgn_status read_entry(sgn_chart *c, const sgn_yaml *e)
{
    if (!strcmp(e->key, "y")) return read_y(c, e);
    if (!strcmp(e->key, "where")) return read_where(c, e);
    if (!strcmp(e->key, "series")) return read_only(c, e);
    const sgn_option *o = find_option(e->key);
    if (!o) return sgn_fail_at(e->key_at, SGN_ECONFIG, "report: unknown key '%.60s'", e->key);
    if (e->kind != SGN_YAML_SCALAR)
        return sgn_fail_at(e->at, SGN_ECONFIG, "report: %s must be one value", e->key);
    return sgn_fail_from(e->at, sgn_option_parse("report", o, e->text, c));
}

/* The name becomes part of file names. */
static int is_plain(const char *name)
{
    return *name && name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static sgn_status read_chart(sgn_chart *c, const sgn_yaml *node)
{
    sgn_option_presets(options, OPTIONS, c);
    if (node->kind != SGN_YAML_MAPPING)
        return sgn_fail_at(node->at, SGN_ECONFIG, "report: a figure must be a mapping");
    for (const sgn_yaml *e = node->child; e; e = e->next) SGN_TRY(read_entry(c, e));
    if (!is_plain(c->name))
        return sgn_fail_at(node->at, SGN_ECONFIG,
                           "report: a figure needs a name of small letters, digits and '-'");
    if (!*c->x || !c->ys)
        return sgn_fail_at(node->at, SGN_ECONFIG, "report: figure %s needs x and y", c->name);
    SGN_TRY(check_key(node->at, c->x));
    if (*c->along) SGN_TRY(check_key(node->at, c->along));
    if (*c->cost) SGN_TRY(check_key(node->at, c->cost));
    if (!*c->match != !*c->cost)
        return sgn_fail_at(node->at, SGN_ECONFIG, "report: figure %s needs both match and cost",
                           c->name);
    if (!*c->title) snprintf(c->title, sizeof c->title, "%s against %s", c->y[0], c->x);
    if (!*c->x_title) snprintf(c->x_title, sizeof c->x_title, "%s", c->x);
    if (!*c->y_title) snprintf(c->y_title, sizeof c->y_title, "%.60s", c->y[0]);
    return SGN_OK;
}

static int count(const sgn_yaml *list)
{
    int n = 0;
    for (const sgn_yaml *e = list->child; e; e = e->next) n++;
    return n;
}

static sgn_status read_figures(sgn_charts *out, const sgn_yaml *list)
{
    if (list->kind != SGN_YAML_LIST || !list->child)
        return sgn_fail_at(list->at, SGN_ECONFIG, "report: figures must be a list of mappings");
    out->chart = sgn_alloc((size_t)count(list), sizeof *out->chart);
    if (!out->chart) return SGN_EMEM;
    for (const sgn_yaml *e = list->child; e; e = e->next)
        SGN_TRY(read_chart(&out->chart[out->n++], e));
    return SGN_OK;
}

static sgn_status read_report(sgn_charts *out, const sgn_yaml *report)
{
    if (report->kind != SGN_YAML_MAPPING)
        return sgn_fail_at(report->at, SGN_ECONFIG, "report must be a mapping with figures");
    for (const sgn_yaml *e = report->child; e; e = e->next) {
        if (!strcmp(e->key, "figures")) SGN_TRY(read_figures(out, e));
        else if (strcmp(e->key, "title") || e->kind != SGN_YAML_SCALAR)
            return sgn_fail_at(e->key_at, SGN_ECONFIG, "report: unknown key '%.60s'", e->key);
        else snprintf(out->title, sizeof out->title, "%s", e->text);
    }
    return SGN_OK;
}

sgn_status sgn_charts_check(const sgn_yaml *report)
{
    sgn_charts scratch = {0};
    sgn_status status = read_report(&scratch, report);
    sgn_charts_free(&scratch);
    return status;
}

sgn_status sgn_charts_load(sgn_charts *out, const char *config_path)
{
    sgn_yaml *root;
    sgn_charts c = {0};
    SGN_TRY(sgn_yaml_load(&root, config_path));
    const sgn_yaml *report = sgn_yaml_find(root, "report");
    sgn_status status = report ? read_report(&c, report) : SGN_OK;
    sgn_yaml_free(root);
    if (status) sgn_charts_free(&c);
    else *out = c;
    return status;
}

void sgn_charts_free(sgn_charts *c)
{
    if (!c) return;
    sgn_free(c->chart);
    *c = (sgn_charts){0};
}
