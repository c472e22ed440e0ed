/* bits_choice.c -- which kernels products use: decided once, by the processor or by the user. */
#include "core/bits_kernels.h"
#include "core/registry.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static int always(void) { return 1; }

/* Has no kernels: products take the reference. */
static const sgn_bits_kernels ref = {.name = "ref", .usable = always};

const sgn_bits_kernels *const sgn_bits_all[] = {
    &ref,           &sgn_bits_portable,
#if defined(__x86_64__) && !defined(SGN_DOUBLE)
    &sgn_bits_avx2, &sgn_bits_avx512,
#endif
    NULL,
};

static _Atomic(const sgn_bits_kernels *) used;

static const sgn_bits_kernels *fastest(void)
{
    const sgn_bits_kernels *best = NULL;
    for (int i = 0; sgn_bits_all[i]; i++)
        if (sgn_bits_all[i]->usable()) best = sgn_bits_all[i];
    return best;
}

sgn_status sgn_bits_use(const char *name)
{
    const sgn_bits_kernels *k =
        name ? sgn_registry_find("SIGNROLL_ISA", name, sgn_bits_all) : fastest();
    if (!k) return SGN_ENAME;
    if (!k->usable())
        return sgn_fail(SGN_ECONFIG, "SIGNROLL_ISA is %s, which this processor lacks; %s would run",
                        name, fastest()->name);
    atomic_store(&used, k);
    return SGN_OK;
}

sgn_status sgn_bits_init(void)
{
    const char *name = getenv("SIGNROLL_ISA");
    return sgn_bits_use(name && *name ? name : NULL);
}

/* Threads that find nothing chosen all choose the same. */
const sgn_bits_kernels *sgn_bits_kernels_used(void)
{
    const sgn_bits_kernels *k = atomic_load_explicit(&used, memory_order_acquire);
    if (k) return k;
    if (sgn_bits_init()) atomic_store(&used, fastest());
    return atomic_load(&used);
}

const char *sgn_bits_used(void) { return sgn_bits_kernels_used()->name; }
