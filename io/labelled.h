/* labelled.h -- images with labels, from files that anybody may have written.  docs/format.md.
 */
#ifndef SGN_IO_LABELLED_H
#define SGN_IO_LABELLED_H

#include "train/features_samples.h"

/* The images of `path` in the form of `data`, which is not the teacher.  Every pixel's mean over the
   training images is taken off, and one factor gives these mean square 1.  SGN_EDATA names the file,
   and the dataset with its shape.  sgn_labelled_free gives the members back. */
SGN_MUST_CHECK sgn_status sgn_labelled_load(sgn_labelled *out, const char *path,
                                            sgn_feature_data data);
void sgn_labelled_free(sgn_labelled *l);  // NULL is fine

#endif
