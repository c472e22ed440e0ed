/* main.c -- signroll <command> ...: finds the command, runs it, says what went wrong. */
#include "core/bits.h"
#include "core/mat.h"
#include "core/option.h"
#include "experiments/command.h"
#include "experiments/signals.h"
#include "io/file.h"
#include "io/text.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

#define COMMAND(id) extern const sgn_command sgn_command_##id;
#include "experiments/commands.def"
#undef COMMAND

static const sgn_command *const all[] = {
#define COMMAND(id) &sgn_command_##id,
#include "experiments/commands.def"
#undef COMMAND
    NULL,
};

enum { COMMANDS = sizeof all / sizeof *all, USAGE = 2 };

const sgn_command *const *sgn_commands(void) { return all; }

static void print_help(FILE *to)
{
    fprintf(to, "signroll trains and runs sparse one-bit unrolled networks.\n\n"
                "Usage: signroll COMMAND ...\n\n");
    for (int i = 0; all[i]; i++) fprintf(to, "  %-10s %s\n", all[i]->name, all[i]->title);
    fprintf(to, "\n`signroll COMMAND --help` explains one; `signroll config --schema` lists every "
                "setting.\n");
}

static const sgn_command *find(const char *name)
{
    const char *names[COMMANDS] = {NULL};
    for (int i = 0; all[i]; i++) {
        if (!strcmp(all[i]->name, name)) return all[i];
        names[i] = all[i]->name;
    }
    const char *nearest = sgn_nearest(name, names);
    fputs("signroll: no command '", stderr);
    sgn_text_plain(stderr, name);
    if (nearest) fprintf(stderr, "'; did you mean '%s'?\n", nearest);
    else fputs("'; signroll --help lists them\n", stderr);
    return NULL;
}

static int exit_code(sgn_status status)
{
    if (status == SGN_ESTOPPED && sgn_signal_caught()) return 128 + sgn_signal_caught();
    return sgn_status_exit(status);
}

/* What was printed may still wait in memory, and its place be full. */
static sgn_status flush_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return SGN_OK;
    return sgn_fail_io("write", "the standard output");
}

static void complain(const sgn_command *command)
{
    fprintf(stderr, "signroll %s: ", command->name);
    sgn_text_plain(stderr, sgn_last_error());
    fputc('\n', stderr);
}

/* Large blocks go back to the system when they are freed: by itself libc begins to keep those it has seen
   come and go, tens of MB of them after a checkpoint. */
static void give_memory_back(void)
{
    enum { LARGE = 1 << 18 };
    mallopt(M_MMAP_THRESHOLD, LARGE);
}

int main(int argc, char **argv)
{
    give_memory_back();
    sgn_signals_prepare();
    if (argc < 2) {
        print_help(stderr);
        return USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help") || !strcmp(argv[1], "-h")) {
        print_help(stdout);
        return 0;
    }
    if (!strcmp(argv[1], "--version")) {
        printf("signroll %s\n", SIGNROLL_VERSION);
        return 0;
    }
    const sgn_command *command = find(argv[1]);
    if (!command) return USAGE;
    sgn_arguments a;
    sgn_blas_init();
    sgn_status status = sgn_bits_init();
    if (!status) status = sgn_arguments_parse(command, argc - 1, argv + 1, &a);
    if (!status) {
        status = command->run(&a);
        sgn_arguments_free(&a);
    }
    if (!status) status = flush_output();
    if (status) complain(command);
    return exit_code(status);
}
