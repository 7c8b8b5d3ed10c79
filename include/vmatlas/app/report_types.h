/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_APP_REPORT_TYPES_H
#define VMATLAS_APP_REPORT_TYPES_H

#include "vmatlas/app/report.h"

/*
 * The regions of a process by their type, as one each: what monitoring keeps
 * for years should not have a series for each address that ever was.  What is
 * not known of one region is not known of its type.
 */
struct region_types;

struct region_types *region_types_new(const struct snapshot *snapshot);
void region_types_add(struct region_types *types, size_t region);
/* Writes those that there are; frees. */
void region_types_write(struct region_types *types,
	struct reporter *reporter);

#endif
