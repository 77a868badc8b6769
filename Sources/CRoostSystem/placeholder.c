#include "CRoostSystem.h"
