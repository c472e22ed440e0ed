/* base.h -- the ground everything stands on: status codes, error messages, the real type.
 *
 * A function that can fail returns an sgn_status.  The place that finds the fault says what
 * happened, once, in words a user understands: return sgn_fail(SGN_ECONFIG, "...").  Every
 * caller in between passes it up with SGN_TRY().  Only experiments/ prints.  A wrong argument
 * from our own code is a bug, not an error: assert() it.
 */
#ifndef SGN_CORE_BASE_H
#define SGN_CORE_BASE_H

#include <stddef.h>
#include <stdint.h>

#ifdef SGN_DOUBLE /* the build that checks gradients */
typedef double sgn_real;
#else
typedef float sgn_real;
#endif

/* X(code, exit status of the program, text): the enum, the texts and the program's exit codes. */
#define SGN_STATUS_LIST(X)                                      \
    X(SGN_EMEM, 1, "out of memory")                             \
    X(SGN_EINTERNAL, 1, "internal error")                       \
    X(SGN_ECONFIG, 2, "the configuration is not valid")         \
    X(SGN_ENAME, 2, "no such name")                             \
    X(SGN_EDATA, 3, "the input data are not usable")            \
    X(SGN_EFORMAT, 4, "the file is damaged or not one of ours") \
    X(SGN_EDIVERGE, 5, "the training diverged")                 \
    X(SGN_EIO, 6, "the file could not be read or written")      \
    X(SGN_ESTOPPED, 130, "stopped by a signal, with the state saved")

typedef enum {
    SGN_OK = 0,
#define X(code, exits, text) code,
    SGN_STATUS_LIST(X)
#undef X
} sgn_status;

const char *sgn_status_text(sgn_status s);
int sgn_status_exit(sgn_status s);  // 0, 1, 2 ... as documented in README
const char *sgn_last_error(void);   // this thread's last message; never NULL

/* Records the sentence and returns `s`, so that a fault reads `return sgn_fail(code, "...")`. */
sgn_status sgn_fail(sgn_status s, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define SGN_TRY(expr)                            \
    do {                                         \
        sgn_status sgn_try_ = (expr);            \
        if (sgn_try_ != SGN_OK) return sgn_try_; \
    } while (0)

#define SGN_MUST_CHECK __attribute__((warn_unused_result))

#endif
