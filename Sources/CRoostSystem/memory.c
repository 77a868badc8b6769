#include "CRoostSystem.h"

#include <malloc.h>

void roost_release_memory(void) { malloc_trim(0); }
