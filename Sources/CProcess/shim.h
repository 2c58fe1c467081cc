#include <sys/prctl.h>

// Swift cannot call prctl() itself, which takes any number of arguments.
static inline int process_set_dumpable(int dumpable) {
    return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}
