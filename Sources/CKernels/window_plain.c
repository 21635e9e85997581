// The loops over windows in the instructions that every processor of the architecture has.
#define WINDOW_LOOPS window_loops_plain
#include "window_body.h"
