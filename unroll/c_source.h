/* c_source.h -- a network as one file of C99 for a small device: nothing allocated, nothing but libm.
 *
 *     int net_run(const float *y, float *x);      0 = ok
 *
 * replays the tape for one sample.  Link matrices are tables of codes, a bit for a sign; work buffers
 * are reused as soon as the value in them is dead.  docs/device.md shows how to use it.
 */
#ifndef SGN_UNROLL_C_SOURCE_H
#define SGN_UNROLL_C_SOURCE_H

#include "unroll/net.h"

/* What the network does not know of itself. */
typedef struct {
    const char *name;     // of the run, for the opening comment; only [A-Za-z0-9_.-] of it is kept
    const char *problem;  // the kind of sensing matrix, as configs say it: "gaussian"
    uint64_t seed;        // that A was drawn from
    int with_physics;     // 1: A as a table even where the device could draw it from the seed
} sgn_c_source_info;

/* What the program will take beside its code. */
typedef struct {
    size_t tables;   // bytes of constant tables
    size_t buffers;  // bytes of static memory, an A that is drawn on the device included
} sgn_c_source_size;

/* Writes the source of the network as it stands, NUL-ended, into *text, which the caller gives to
   sgn_free.  A deployed network will do, too, before sgn_net_shed.  A real A of the kinds gaussian and
   block-gaussian is drawn again by the device at its first call, unless the seed gives another A than
   the network has.  `size` may be NULL.  SGN_ECONFIG names an operation there is no C for. */
SGN_MUST_CHECK sgn_status sgn_c_source(const sgn_net *net, const sgn_c_source_info *info,
                                       char **text, sgn_c_source_size *size);

#endif
