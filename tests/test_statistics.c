/* Quartiles and power laws. */
#include "core/statistics.h"

#include <criterion/criterion.h>
#include <math.h>

static void expect(double got, double wanted)
{
    cr_assert(fabs(got - wanted) < 1e-12 * (1 + fabs(wanted)), "%.17g, not %.17g", got, wanted);
}

Test(statistics, quartiles_of_numbers_in_any_order)
{
    double x[] = {5, 1, 4, 2, 3};
    sgn_quartiles q = sgn_quartiles_of(x, 5);
    expect(q.low, 2), expect(q.median, 3), expect(q.high, 4);
    cr_assert_eq(q.n, 5);
    expect(sgn_quartiles_spread(&q), 2.0 / 3);
}

Test(statistics, quartiles_between_numbers_are_interpolated)
{
    double x[] = {40, 10, 30, 20};
    sgn_quartiles q = sgn_quartiles_of(x, 4);
    expect(q.low, 17.5), expect(q.median, 25), expect(q.high, 32.5);
}

Test(statistics, one_number_is_all_its_quartiles)
{
    double x[] = {7};
    sgn_quartiles q = sgn_quartiles_of(x, 1);
    expect(q.low, 7), expect(q.median, 7), expect(q.high, 7);
    expect(sgn_quartiles_spread(&q), 0);
}

/* A slow round in ten moves the mean and not the quartiles. */
Test(statistics, one_wild_number_hardly_moves_them)
{
    double x[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1e9};
    sgn_quartiles q = sgn_quartiles_of(x, 10);
    expect(q.median, 5.5), expect(q.high, 7.75);
}

Test(statistics, a_power_law_is_found_from_its_points)
{
    double x[] = {128, 256, 1024, 16384}, y[4];
    for (int i = 0; i < 4; i++) y[i] = 3e-9 * pow(x[i], 1.75);
    sgn_power_law law = sgn_power_law_through(x, y, 4);
    expect(law.exponent, 1.75);
    expect(law.factor, 3e-9);
}

Test(statistics, errors_of_opposite_sign_do_not_tilt_a_power_law)
{
    double x[] = {1, 10, 100}, y[] = {2, 10, 200};  // 2, 1 and 2 times x
    expect(sgn_power_law_through(x, y, 3).exponent, 1);
}

Test(statistics, one_size_alone_has_no_exponent)
{
    double x[] = {8, 8}, y[] = {1, 2};
    cr_assert(isnan(sgn_power_law_through(x, y, 2).exponent));
}
