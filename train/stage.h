/* stage.h -- the stages of a training: what links obey in each of them, what moves, and for how long.
 *
 *     one         own constraint
 *     two         real | own
 *     ladder      real | 4 bits | 2 bits | own   each starts from the one before: bit inheritance
 *                                                (Shen et al. 2020, arXiv:2010.04354)
 *     layerwise   layer 1 | layers 1, 2 | ... | all of them   (Chen et al. 2018, arXiv:1808.10038)
 *     admm        real, drawn to own | own       (Leng et al. 2018, arXiv:1707.09870)
 *
 * The last stage has half of the steps, those before it share the other half.  The links a stage
 * leaves are what the next one quantises.  train.retune says what moves in the last stage after real
 * links: all, scalars only, or nothing, when it has no step.
 */
#ifndef SGN_TRAIN_STAGE_H
#define SGN_TRAIN_STAGE_H

#include "train/settings.h"
#include "unroll/net.h"

typedef struct {
    int first, steps, warmup;
    const sgn_constraint *stand_in;  // what links obey instead of their constraint; NULL: that
    int bits;                        // of a stand-in with a choice of values
    int layers;                      // the network is trained as if it had so many
    int scalars_only;                // link matrices stay
    int drawn;                       // links are drawn to what their constraint allows
} sgn_stage;

typedef struct {
    sgn_stage *stage;  // (n) owned
    int n, steps;
} sgn_plan;

/* SGN_ECONFIG where the network cannot be trained in these stages. */
SGN_MUST_CHECK sgn_status sgn_plan_init(sgn_plan *p, const sgn_train_settings *as,
                                        const sgn_net *net);
void sgn_plan_release(sgn_plan *p);

const sgn_stage *sgn_plan_at(const sgn_plan *p, int step);
int sgn_plan_begins(const sgn_plan *p, int step);  // a stage, with that step

/* How far the training of the links under their own constraint has come, 0 .. 1; 1 where they do not
   obey it yet, or do not move. */
double sgn_plan_progress(const sgn_plan *p, int step);

#endif
