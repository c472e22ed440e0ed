/* parts.h -- a network as streams of bits, one for each thing the ledger charges for.
 *
 * docs/format.md gives them bit by bit.  What is computed from the problem is no part of them, unless it
 * is asked for: another machine's LAPACK may round it differently.
 */
#ifndef SGN_UNROLL_PARTS_H
#define SGN_UNROLL_PARTS_H

#include "unroll/net.h"

typedef enum {
    SGN_PART_DERIVED,   // supports that follow from the problem, Rice-coded; if asked for
    SGN_PART_SUPPORTS,  // the others, as sgn_support_put writes them
    SGN_PART_SCALES,    // float32, in the table's order
    SGN_PART_SCALARS,   // likewise
    SGN_PART_MATRICES,  // float32, column by column: those computed from A; if asked for
    SGN_PART_CODES,     // of every link, in panel order; of real links float32
    SGN_PARTS
} sgn_part;

/* Writes a part as the network stands, or counts its bits where the stream has no memory. */
void sgn_part_put(const sgn_net *net, sgn_part part, sgn_bitstream *to);

/* Reads a part into a network that is being deployed (unroll/deploy.c), after those before it in the
   list.  SGN_EFORMAT when the stream is not exactly as long as that. */
SGN_MUST_CHECK sgn_status sgn_part_get(sgn_net *net, sgn_part part, sgn_bitstream *from);

/* SGN_EFORMAT unless the stream is as long as the codes that settings and supports imply. */
SGN_MUST_CHECK sgn_status sgn_part_check_codes(const sgn_net *net, const sgn_bitstream *from);

#endif
