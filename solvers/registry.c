#include "core/registry.h"
#include "solvers/solvers.h"

#define SOLVER(id) extern const sgn_solver sgn_solver_##id;
#include "solvers/solvers.def"
#undef SOLVER

static const sgn_solver *const all[] = {
#define SOLVER(id) &sgn_solver_##id,
#include "solvers/solvers.def"
#undef SOLVER
    NULL,
};

const sgn_solver *const *sgn_solvers(void) { return all; }

sgn_status sgn_solver_find(const char *name, const sgn_solver **out)
{
    *out = sgn_registry_find("network.solver", name, all);
    return *out ? SGN_OK : SGN_ENAME;
}
