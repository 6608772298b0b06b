/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0 */
/* The one definition of the maps and of the control words. */
#define MAP_LINKAGE
#include "lib/maps.h"

struct control control __attribute__((aligned(64)));

char recipe_license[] SEC("license") = "GPL";
