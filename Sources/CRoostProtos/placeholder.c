#include "CRoostProtos.h"
