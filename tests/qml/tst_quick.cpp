// SPDX-License-Identifier: MIT
#include "fixture.h"

#include <QtQuickTest/quicktest.h>

QUICK_TEST_MAIN(quick)
