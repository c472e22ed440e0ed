#include "core/registry.h"

#include "core/option.h"

#include <string.h>

enum { MAX_ENTRIES = 64 };

const void *sgn_registry_find(const char *key, const char *name, const void *registry)
{
    const char *const *const *entry = registry;  // each begins with its name
    const char *names[MAX_ENTRIES + 1] = {NULL};
    for (int i = 0; i < MAX_ENTRIES && entry[i]; i++) {
        if (!strcmp(*entry[i], name)) return entry[i];
        names[i] = *entry[i];
    }
    const char *nearest = sgn_nearest(name, names);
    if (nearest) sgn_fail(SGN_ENAME, "%s is '%s'; did you mean '%s'?", key, name, nearest);
    else
        sgn_fail(SGN_ENAME, "%s is '%s', which is not known; the first known one is '%s'", key,
                 name, names[0] ? names[0] : "none");
    return NULL;
}
