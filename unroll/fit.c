#include "unroll/fit.h"

#include "core/registry.h"

#define FIT(id) extern const sgn_fit sgn_fit_##id;
#include "unroll/fits.def"
#undef FIT

static const sgn_fit *const all[] = {
#define FIT(id) &sgn_fit_##id,
#include "unroll/fits.def"
#undef FIT
    NULL,
};

const sgn_fit *const *sgn_fits(void) { return all; }

sgn_status sgn_fit_find(const char *name, const sgn_fit **out)
{
    *out = sgn_registry_find("weights.fit", name, all);
    return *out ? SGN_OK : SGN_ENAME;
}
