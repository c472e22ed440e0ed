/* registry.h -- looking a plug-in up by the name a user typed.
 *
 * Every kind of plug-in (solver, constraint, support, problem, optimizer) is a struct that begins
 * with `const char *name`, and a registry is a NULL-ended array of pointers to such structs.
 */
#ifndef SGN_CORE_REGISTRY_H
#define SGN_CORE_REGISTRY_H

#include "core/base.h"

/* The entry called `name`, or NULL with SGN_ENAME's sentence recorded: the key, the name and the
   nearest one there is. */
const void *sgn_registry_find(const char *key, const char *name, const void *registry);

#endif
