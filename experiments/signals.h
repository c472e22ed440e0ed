/* signals.h -- SIGINT and SIGTERM ask for a clean stop; the second one stops at once.
 */
#ifndef SGN_EXPERIMENTS_SIGNALS_H
#define SGN_EXPERIMENTS_SIGNALS_H

void sgn_signals_catch(void);
int sgn_signal_caught(void);  // the signal's number, or 0

#endif
