/* operations.h -- what a network costs to run, for each signal it recovers.
 *
 * Every operation on the tape knows its own arithmetic (unroll/op.h); what a product with a matrix takes
 * follows from the codes of the matrix: a link that is a sign adds or subtracts, and the scale of its unit
 * multiplies the sum; any other link multiplies and adds.  docs/maths.md, section 9.
 */
#ifndef SGN_UNROLL_OPERATIONS_H
#define SGN_UNROLL_OPERATIONS_H

#include "unroll/net.h"

/* Of one sample: all its columns, each matrix read once for every operation that multiplies by it. */
typedef struct {
    double multiplications, additions;  // of 32-bit floating point numbers
    double weight_bits;   // read of what was learned: codes, supports, scales, scalars
    double physics_bits;  // read of A and of matrices computed from it
} sgn_operations;

void sgn_operations_of(const sgn_net *net, sgn_operations *out);

/* Where weights are read from. */
typedef enum { SGN_MEMORY_SRAM, SGN_MEMORY_DRAM } sgn_weight_memory;

/* Nanojoules of the arithmetic and of reading the weights, in a 45 nm process. */
double sgn_operations_energy(const sgn_operations *o, sgn_weight_memory from);

#endif
