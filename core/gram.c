#include "core/gram.h"

enum { BLOCK = 32 };  // columns of both, whose Gram matrices fit into the first-level cache

static sgn_mat block_of(sgn_mat a, int first)
{
    int left = a.cols - first;
    return sgn_mat_cols(a, first, left < BLOCK ? left : BLOCK);
}

/* <D_i'D_j, X_i'X_j> */
static double block_square(sgn_mat D, sgn_mat X, int i, int j)
{
    sgn_real room[2][BLOCK * BLOCK];
    sgn_mat di = block_of(D, i), dj = block_of(D, j), xi = block_of(X, i), xj = block_of(X, j);
    sgn_mat d = sgn_mat_view(room[0], di.cols, dj.cols),
            x = sgn_mat_view(room[1], di.cols, dj.cols);
    sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, di, dj, 0, d);
    sgn_gemm(SGN_TRANSPOSED, SGN_PLAIN, 1, xi, xj, 0, x);
    return sgn_dot(d.at, x.at, (size_t)d.rows * (size_t)d.cols);
}

double sgn_product_square(sgn_mat D, sgn_mat X)
{
    double sum = 0;
    for (int j = 0; j < D.cols; j += BLOCK)
        for (int i = 0; i <= j; i += BLOCK) sum += (i < j ? 2 : 1) * block_square(D, X, i, j);
    return sum < 0 ? 0 : sum;
}
