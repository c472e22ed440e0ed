/* vector.h -- one source, several instruction sets, chosen by the loader for the CPU it meets.
 *
 * For plain loops over reals that the compiler vectorises by itself.  Sanitizers run before the
 * loader's choice is made, so their builds keep the baseline.
 */
#ifndef SGN_CORE_VECTOR_H
#define SGN_CORE_VECTOR_H

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SGN_VECTOR __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define SGN_VECTOR
#endif

#endif
