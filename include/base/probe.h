/* SPDX-License-Identifier: MIT */
/* Probes (USDT) for bpftrace, perf and SystemTap. Without SystemTap's header at build time they
 * compile to nothing. A probe that no tool is attached to costs one nop.
 *   request__begin  operation, caller's thread     call__begin  method, URL
 *   request__end    operation, caller's thread,    call__end    method, URL, errno or 0, HTTP
 *                   errno or 0                                  status or 0 */
#ifndef BASE_PROBE_H
#define BASE_PROBE_H

#ifdef VPCFS_HAS_SDT
#define SDT_USE_VARIADIC 1
#include <sys/sdt.h>
#define PROBE(name, ...) STAP_PROBEV(vpcfs, name, __VA_ARGS__)
#else
#define PROBE(name, ...) ((void)0)
#endif

#endif
