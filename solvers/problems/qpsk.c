/* Massive access: n/2 users, few of them active, each known by a pilot sequence of m/2 symbols; the
 * columns of P (m/2, n/2) are the pilots, and A is the real form of P,
 *
 *     A = [Re P  -Im P]      x = [Re h]      P h = y  <=>  A x = [Re y]
 *         [Im P   Re P]          [Im h]                          [Im y]
 *
 *     qpsk         P_ij = (+-1 +- j) / sqrt(m): every entry of A is +-1/sqrt(m)
 *     zadoff-chu   P_ij = exp(-j pi u k (k + m/2 mod 2) / (m/2)) / sqrt(m/2),  k = i + shift:
 *                  the shifts of a root u are orthogonal, and when they are used up comes the next
 *                  root prime to m/2 (Chu 1972, Polyphase codes with good periodic correlation
 *                  properties)
 *     gaussian     independent complex normal entries, then unit columns
 */
#include "core/memory.h"
#include "solvers/problem.h"

#include <math.h>

static void put(sgn_mat A, int i, int j, double re, double im)
{
    int m = A.rows / 2, n = A.cols / 2;
    *sgn_mat_at(A, i, j) = *sgn_mat_at(A, m + i, n + j) = (sgn_real)re;
    *sgn_mat_at(A, m + i, j) = (sgn_real)im;
    *sgn_mat_at(A, i, n + j) = (sgn_real)-im;
}

static void draw_qpsk(sgn_rng *rng, sgn_mat A)
{
    double c = 1 / sqrt(A.rows);
    for (int j = 0; j < A.cols / 2; j++)
        for (int i = 0; i < A.rows / 2; i++) {
            uint32_t symbol = sgn_rng_u32(rng) >> 30;
            put(A, i, j, symbol & 1 ? c : -c, symbol & 2 ? c : -c);
        }
}

static void draw_gaussian(sgn_rng *rng, sgn_mat A)
{
    for (int j = 0; j < A.cols / 2; j++)
        for (int i = 0; i < A.rows / 2; i++) {
            double re = sgn_rng_normal(rng);
            put(A, i, j, re, sgn_rng_normal(rng));
        }
    sgn_unit_columns(A);
}

static int common_divisor(int a, int b) { return b ? common_divisor(b, a % b) : a; }

/* The numbers below `length` that are prime to it; returns how many. */
static int roots_of(int length, int *root)
{
    int n = 0;
    for (int u = 1; u <= length; u++)
        if (common_divisor(u, length) == 1) root[n++] = u;
    return n;
}

/* k (k + m mod 2) u is wanted modulo 2m only, where it is exact. */
static double phase(int u, int k, int m)
{
    long long turns = (long long)k * (k + m % 2) % (2 * m) * u % (2 * m);
    return -acos(-1) * (double)turns / m;
}

static void put_sequence(sgn_mat A, int j, int u, int shift)
{
    int m = A.rows / 2;
    double c = 1 / sqrt(m);
    for (int i = 0; i < m; i++) {
        double angle = phase(u, (i + shift) % m, m);
        put(A, i, j, c * cos(angle), c * sin(angle));
    }
}

static sgn_status draw_zadoff_chu(sgn_rng *rng, sgn_mat A)
{
    int m = A.rows / 2, users = A.cols / 2;
    int *root = sgn_alloc((size_t)m, sizeof *root);
    if (!root) return SGN_EMEM;
    int roots = roots_of(m, root);
    sgn_status status = SGN_OK;
    if (users > (long long)roots * m)
        status =
            sgn_fail(SGN_ECONFIG,
                     "problem.pilots zadoff-chu: length %d (problem.m / 2) has %lld sequences, "
                     "fewer than the %d users (problem.n / 2); a prime length has most",
                     m, (long long)roots * m, users);
    sgn_rng_shuffle(rng, root, roots);
    for (int j = 0; !status && j < users; j++) put_sequence(A, j, root[j / m], j % m);
    sgn_free(root);
    return status;
}

static sgn_status draw(const sgn_problem_settings *as, sgn_rng *rng, sgn_mat A)
{
    switch ((sgn_pilots)as->pilots) {
    case SGN_PILOTS_QPSK: draw_qpsk(rng, A); break;
    case SGN_PILOTS_GAUSSIAN: draw_gaussian(rng, A); break;
    case SGN_PILOTS_ZADOFF_CHU: return draw_zadoff_chu(rng, A);
    }
    return SGN_OK;
}

const sgn_problem_kind sgn_problem_kind_qpsk = {
    .name = "qpsk",
    .title = "massive access, the real form of complex pilots",
    .cite = "Shi, Choi, Shi & Zhou 2021, Algorithm unrolling for massive access",
    .draw = draw,
    .is_complex = 1,
};
