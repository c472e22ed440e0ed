/* target.h -- what the fuzzing targets share: bytes that stand in a file, with the hash they should have.
 */
#ifndef SGN_TESTS_FUZZ_TARGET_H
#define SGN_TESTS_FUZZ_TARGET_H

#include "core/base.h"
#include "io/config.h"

/* One input: 0, always. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The path of a file in memory with these bytes, until the next call.  `vouched`: as a container
   (io/container.h) whose length and hash are right, so that what lies behind them is read. */
const char *fuzz_file(const uint8_t *bytes, size_t size, int vouched);

/* Dies unless the status is one that a file may cause, with one line of words for it. */
void fuzz_judge(sgn_status status);

/* The problem of the config, with this A (without columns: drawn). */
SGN_MUST_CHECK sgn_status fuzz_problem(sgn_problem **out, const sgn_config *c, sgn_mat A);

#endif
