#include "train/optimizer.h"

#include "core/registry.h"

#define OPTIMIZER(id) extern const sgn_optimizer sgn_optimizer_##id;
#include "train/optimizers.def"
#undef OPTIMIZER

static const sgn_optimizer *const all[] = {
#define OPTIMIZER(id) &sgn_optimizer_##id,
#include "train/optimizers.def"
#undef OPTIMIZER
    NULL,
};

const sgn_optimizer *const *sgn_optimizers(void) { return all; }

sgn_status sgn_optimizer_find(const char *name, const sgn_optimizer **out)
{
    *out = sgn_registry_find("train.optimizer", name, all);
    return *out ? SGN_OK : SGN_ENAME;
}
