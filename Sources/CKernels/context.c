#include "bk_context.h"

_Thread_local bk_context bk_context_of_thread;
