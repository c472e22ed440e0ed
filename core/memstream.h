/* memstream.h -- a stream into memory, as open_memstream's, that says when memory ends.
 *
 * glibc's own keeps silent: a text that could not grow is cut, or is no text at all, and neither
 * ferror nor fclose tells (glibc 2.36, libio/strops.c and memstream.c).
 */
#ifndef SGN_CORE_MEMSTREAM_H
#define SGN_CORE_MEMSTREAM_H

#include "core/base.h"

#include <stdio.h>

/* *text, ended by a zero byte that *size does not count, is complete after sgn_memstream_close, and
   the caller's to free() in any case.  NULL, with the error recorded, when there is no memory. */
FILE *sgn_memstream_open(char **text, size_t *size);

/* SGN_EMEM where *text does not hold all that was written. */
SGN_MUST_CHECK sgn_status sgn_memstream_close(FILE *f);

#endif
