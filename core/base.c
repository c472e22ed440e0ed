#include "core/base.h"

#include "core/words.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char last_error[1024];

const char *sgn_status_text(sgn_status s)
{
    switch (s) {
    case SGN_OK: return "success";
#define X(code, exits, text) \
    case code: return text;
        SGN_STATUS_LIST(X)
#undef X
    }
    return "unknown status";
}

int sgn_status_exit(sgn_status s)
{
    switch (s) {
    case SGN_OK: return 0;
#define X(code, exits, text) \
    case code: return exits;
        SGN_STATUS_LIST(X)
#undef X
    }
    return 1;
}

const char *sgn_last_error(void) { return last_error; }

/* Files and command lines put words into sentences: it stays one line, which no terminal obeys. */
sgn_status sgn_fail(sgn_status s, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(last_error, sizeof last_error, fmt, ap);
    va_end(ap);
    sgn_text_tame(last_error);
    return s;
}
