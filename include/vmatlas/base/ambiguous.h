/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_BASE_AMBIGUOUS_H
#define VMATLAS_BASE_AMBIGUOUS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Characters of ambiguous width: one column on most terminals, two on those
 * set up for Chinese, Japanese or Korean (class A of Unicode's UAX #11).
 */
bool code_is_ambiguous(uint32_t code);

#endif
