/* child.h -- a process of its own for work that may crash, hang or grow without bound.
 *
 * A damaged HDF5 file can corrupt the memory of the library that parses it.  So a child parses it, with
 * 2 GiB and 10 s at most, and answers questions over a socket with plain bytes: whatever happens to it,
 * its parent loses nothing but the answer.
 */
#ifndef SGN_IO_CHILD_H
#define SGN_IO_CHILD_H

#include "core/base.h"

typedef struct sgn_child sgn_child;

/* Runs work(context, link) in a child that sees a copy of everything and keeps nothing open but `link`;
   it should return when sgn_child_get says that the parent is gone. */
SGN_MUST_CHECK sgn_status sgn_child_new(sgn_child **out, void (*work)(void *context, int link),
                                        void *context);
void sgn_child_free(sgn_child *c);  // NULL is fine; ends the child
int sgn_child_link(const sgn_child *c);

/* To be called when the child stopped answering: records, as `fault`, what reading `path` did to it. */
sgn_status sgn_child_blame(sgn_child *c, const char *path, sgn_status fault);

/* Either side, all of `data`: 0, or -1 when the other side is gone. */
int sgn_child_put(int link, const void *data, size_t size);
int sgn_child_get(int link, void *data, size_t size);

#endif
