/* config.c -- the resolved configuration, or the list of every setting. */
#include "experiments/command.h"
#include "experiments/model.h"

#include <stdio.h>
#include <stdlib.h>

static sgn_status run(const sgn_arguments *a)
{
    char *text;
    if (a->schema) SGN_TRY(sgn_config_schema(&text));
    else {
        sgn_config c;
        SGN_TRY(sgn_model_config(&c, a->words ? a->word[0] : NULL, a->override, a->overrides));
        SGN_TRY(sgn_config_text(&c, &text));
    }
    fputs(text, stdout);
    free(text);
    return SGN_OK;
}

const sgn_command sgn_command_config = {
    .name = "config",
    .title = "the resolved config; --schema lists every key",
    .usage = "CONFIG [key=value ...]",
    .help = "Prints the config with every default filled in and every auto replaced.",
    .least = 1,
    .most = 1,
    .takes = SGN_TAKES_SCHEMA,
    .run = run,
};
