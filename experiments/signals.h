/* signals.h -- SIGINT, SIGTERM and SIGHUP ask for a clean stop; the second one stops at once.
 */
#ifndef SGN_EXPERIMENTS_SIGNALS_H
#define SGN_EXPERIMENTS_SIGNALS_H

/* Faults of writing are the business of whoever writes: no signal for a file that is larger than
   allowed. */
void sgn_signals_prepare(void);

void sgn_signals_catch(void);
void sgn_signals_release(void);  // the first stops at once from here on
int sgn_signal_caught(void);     // the signal's number, or 0

#endif
