/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef VMATLAS_KERNEL_DEVICETREE_H
#define VMATLAS_KERNEL_DEVICETREE_H

#include "vmatlas/base/text.h"
#include "vmatlas/kernel/iomem.h"

/*
 * What a device tree says lies at physical addresses, from the text that a
 * source makes of it (source/source.h): each "reg" of a node, taken through
 * the "ranges" of all buses above it.  What has no way up to the root (a chip
 * on I2C, a function of a PCI bus, a CPU) has no physical address, and is
 * left out, as is memory itself.
 *
 * Names are the nodes' own ("uart@9000000"); below /reserved-memory they say
 * what it is kept for: "CMA NAME" where the kernel lends it out (compatible
 * shared-dma-pool, reusable), else "reserved-memory NAME".  A node there
 * without "reg" is placed by the kernel, and the tree does not tell where.
 *
 * Stands on the Devicetree Specification v0.4, 2.3 and 3.5, and on
 * Documentation/devicetree/bindings/reserved-memory.
 */

/*
 * All ranges, in the tree's order, with depth 1 below /reserved-memory and
 * else 0; returns how many, in a
 * heap array at *OUT, for iomem_free.  At most DEVICETREE_MOST are taken.
 */
#define DEVICETREE_MOST 4096
size_t devicetree_parse(struct text text, struct resource **out);

#endif
