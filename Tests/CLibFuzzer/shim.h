#include <stddef.h>
#include <stdint.h>

/// Runs libFuzzer with the options of its command line; returns what the process is to exit with.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*tryBytes)(const uint8_t *bytes, size_t count));
