/* ledger.h -- what a network costs in bits, nothing hidden in the denominator.
 *
 * A possible link is an entry of a link matrix as the unrolled graph uses it: rows * cols for
 * every operation that multiplies by it, tied or not.  docs/maths.md defines every column; what
 * running the network costs is in unroll/operations.h.
 */
#ifndef SGN_UNROLL_LEDGER_H
#define SGN_UNROLL_LEDGER_H

#include "unroll/net.h"

/* Bits a device stores. */
typedef struct {
    double sign, support, scale, scalar;
} sgn_bits;

typedef struct {
    double links, active_links;  // possible links; those there are
    double weights;              // distinct possible links: a tied matrix counted once
    double parameters;           // numbers that are stored: active distinct links and scalars
    sgn_bits stored;             // of what was learned or cannot be derived
    double real_bits;            // what they would be with every possible link a real number
    double physics_bits;         // A where a layer evaluates y - A x, and an analytic W
} sgn_ledger;

void sgn_ledger_of(const sgn_net *net, sgn_ledger *out);

double sgn_ledger_stored(const sgn_ledger *l);       // sign + support + scale + scalar bits
double sgn_ledger_compression(const sgn_ledger *l);  // real_bits / stored; 1 for dense real links

#endif
