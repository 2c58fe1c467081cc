#include <sys/prctl.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

// Swift cannot call prctl() itself, which takes any number of arguments.
static inline int process_set_dumpable(int dumpable) {
    return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
}

// A system without glibc has no arenas.
static inline void process_use_one_heap(void) {
#ifdef __GLIBC__
    mallopt(M_ARENA_MAX, 1);
#endif
}

static inline void process_trim_heap(void) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}
