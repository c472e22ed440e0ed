/* A child answers, and whatever else it does costs its parent no more than the answer. */
#include "io/child.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(child, .timeout = 60);

static sgn_child *start(void (*work)(void *context, int link), void *context)
{
    sgn_child *c = NULL;
    cr_assert_eq(sgn_child_new(&c, work, context), SGN_OK, "%s", sgn_last_error());
    return c;
}

static int ask(sgn_child *c, int question)
{
    int answer = -1, link = sgn_child_link(c);
    if (sgn_child_put(link, &question, sizeof question)) return -2;
    return sgn_child_get(link, &answer, sizeof answer) ? -3 : answer;
}

static void add(void *context, int link)
{
    for (int q; sgn_child_get(link, &q, sizeof q) == 0;) {
        int answer = q + *(int *)context;
        if (sgn_child_put(link, &answer, sizeof answer)) return;
    }
}

Test(child, answers_until_it_is_freed)
{
    int seven = 7;
    sgn_child *c = start(add, &seven);
    seven = 8;  // the child has a copy
    cr_expect_eq(ask(c, 1), 8);
    cr_expect_eq(ask(c, -7), 0);
    sgn_child_free(c);
    sgn_child_free(NULL);
}

static void die(void *how, int link)
{
    int question;
    if (sgn_child_get(link, &question, sizeof question) == 0) raise(*(int *)how);
}

Test(child, one_that_dies_costs_a_sentence)
{
    static const struct {
        int signal;
        const char *words;
    } way[] = {{SIGKILL, "f.h5 is damaged: reading it did not end within 10 s"},
               {SIGXCPU, "f.h5 is damaged: reading it did not end within 10 s"},
               {SIGSEGV, "f.h5 is damaged: HDF5 crashed over it"},
               {SIGABRT, "f.h5 is damaged: HDF5 crashed over it"}};
    for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
        int how = way[i].signal;
        sgn_child *c = start(die, &how);
        cr_expect_lt(ask(c, 1), 0);
        for (int again = 0; again < 2; again++) {
            cr_expect_eq(sgn_child_blame(c, "f.h5", SGN_EDATA), SGN_EDATA);
            cr_expect_str_eq(sgn_last_error(), way[i].words);
            cr_expect_eq(ask(c, 1), -2, "asking a dead child must not kill the parent");
        }
        sgn_child_free(c);
    }
}

static void ask_for_memory(void *context, int link)
{
    int question, answer;
    (void)context;
    if (sgn_child_get(link, &question, sizeof question)) return;
    void *room = malloc((size_t)question << 30);
    answer = room != NULL;
    free(room);
    if (sgn_child_put(link, &answer, sizeof answer)) return;
}

/* The sanitizers reserve more address space than any limit. */
#if defined(__SANITIZE_ADDRESS__)
enum { LIMITED = 0 };
#else
enum { LIMITED = 1 };
#endif

Test(child, has_two_gibibytes_at_most)
{
    for (int gibibytes = 1; gibibytes <= 3; gibibytes += 2) {
        sgn_child *c = start(ask_for_memory, NULL);
        if (LIMITED) cr_expect_eq(ask(c, gibibytes), gibibytes < 2, "%d GiB", gibibytes);
        sgn_child_free(c);
    }
}

enum { VALGRINDS = 256 };  // far above are files that valgrind holds open

static void count_files(void *context, int link)
{
    int question, count = 0;
    (void)context;
    if (sgn_child_get(link, &question, sizeof question)) return;
    DIR *d = opendir("/proc/self/fd");
    for (struct dirent *e; (e = readdir(d));)
        count += e->d_name[0] != '.' && atoi(e->d_name) < VALGRINDS;
    closedir(d);
    if (sgn_child_put(link, &count, sizeof count)) return;
}

Test(child, holds_nothing_of_its_parent_open)
{
    int more[2];
    cr_assert_eq(pipe(more), 0);
    int seven = 7;
    sgn_child *other = start(add, &seven);
    sgn_child *c = start(count_files, NULL);
    cr_expect_eq(ask(c, 0), 3 + 1 + 1);  // the usual three, the link, the folder
    sgn_child_free(c);
    cr_expect_eq(ask(other, 1), 8);
    sgn_child_free(other);
}
