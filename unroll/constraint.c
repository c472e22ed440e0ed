#include "core/registry.h"
#include "unroll/link.h"

#define CONSTRAINT(id) extern const sgn_constraint sgn_constraint_##id;
#include "unroll/constraints.def"
#undef CONSTRAINT

static const sgn_constraint *const all[] = {
#define CONSTRAINT(id) &sgn_constraint_##id,
#include "unroll/constraints.def"
#undef CONSTRAINT
    NULL,
};

const sgn_constraint *const *sgn_constraints(void) { return all; }

sgn_status sgn_constraint_find(const char *name, const sgn_constraint **out)
{
    *out = sgn_registry_find("weights.constraint", name, all);
    return *out ? SGN_OK : SGN_ENAME;
}
