#include "experiments/machine.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

/* "model name : AMD ..." of the first processor */
static void cpu_name(char *name, size_t size)
{
    char line[256];
    snprintf(name, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "model name", 10) && strchr(line, ':')) {
            snprintf(name, size, "%s", strchr(line, ':') + 2);
            name[strcspn(name, "\n")] = 0;
            break;
        }
    if (f) fclose(f);
}

sgn_machine sgn_machine_look(void)
{
    sgn_machine m = {0};
    struct utsname u;
    uname(&u);
    snprintf(m.system, sizeof m.system, "%.63s", u.sysname);
    snprintf(m.release, sizeof m.release, "%.127s", u.release);
    snprintf(m.machine, sizeof m.machine, "%.63s", u.machine);
    cpu_name(m.cpu, sizeof m.cpu);
    return m;
}

static double seconds_by(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double sgn_now(void) { return seconds_by(CLOCK_MONOTONIC); }

double sgn_cpu_seconds(void) { return seconds_by(CLOCK_PROCESS_CPUTIME_ID); }

double sgn_held_bytes(void)
{
    struct mallinfo2 heap = mallinfo2();
    return (double)heap.uordblks + (double)heap.hblkhd;
}

/* proc(5): writing 5 sets the "high water mark" of resident memory back to what is resident now; what was
   freed must not be, then. */
void sgn_peak_restart(void)
{
    malloc_trim(0);
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (!f) return;
    fputs("5", f);
    fclose(f);
}

double sgn_peak_bytes(void)
{
    char line[256];
    double kilobytes = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %lf", &kilobytes) == 1) break;
    if (f) fclose(f);
    if (kilobytes > 0) return 1024 * kilobytes;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return 1024.0 * (double)used.ru_maxrss;
}
