/* machine.h -- what the program runs on, and how much memory it has needed. */
#ifndef SGN_EXPERIMENTS_MACHINE_H
#define SGN_EXPERIMENTS_MACHINE_H

#include "core/base.h"

typedef struct {
    char system[64];    // "Linux"
    char release[128];  // of its kernel
    char machine[64];   // "x86_64"
    char cpu[256];      // as /proc/cpuinfo calls it, or "unknown"
} sgn_machine;

sgn_machine sgn_machine_look(void);

double sgn_now(void);          // seconds since some moment, never set back
double sgn_cpu_seconds(void);  // that processors spent on this process, all threads together

double sgn_held_bytes(void);  // of the heap that are in use

/* The most memory this process held at one time since the last sgn_peak_restart, in bytes; where the
   kernel does not let it begin anew (Linux before 4.0, some sandboxes), since the process began. */
void sgn_peak_restart(void);
double sgn_peak_bytes(void);

#endif
