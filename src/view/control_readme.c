/* SPDX-License-Identifier: MIT */
/* `.vpcfs/README`: how to use this mount, for whoever finds it without its documentation. */
#include "internal.h"

const char control_readme[] =
	"This directory tree is the VPCs of a CoreWeave organisation (vpcfs).\n"
	"\n"
	"Each VPC is a directory, each field a small file: reading is GET, writing is PATCH.\n"
	"A write that returns success has been confirmed by the API's answer; one that fails tells the\n"
	"command, and says why in .error (of the VPC, and of the mount).\n"
	"\n"
	"  cat prod/status                                  read\n"
	"  echo true > prod/ingress/disablePublicServices   change one value\n"
	"  echo 1.1.1.1 8.8.8.8 > prod/dhcp/dns/servers     a list: blanks, commas, newlines separate\n"
	"  vi prod/spec.json                                all that can be set, one PATCH per save\n"
	"  mkdir prod/vpcPrefixes/pods                      then write its value: one more prefix\n"
	"  mkdir new; rmdir old                             create (option zone=) and delete a VPC\n"
	"  mkdir .drafts/new                                fill it, then mv .drafts/new new: one POST\n"
	"  cat prod/.error                                  why the last request about prod failed\n"
	"\n"
	"rm never changes a VPC. Hidden, reachable by name: .error .drafts .vpcfs\n"
	"\n"
	"Here in .vpcfs:\n"
	"  options   the options in force        log      the last 1000 API calls\n"
	"  stats     figures for Prometheus      refresh  write anything: forget all answers\n"
	"  by-id/ID  a link to each VPC          rejected/NAME/PATH  texts that were refused\n"
	"  version\n";
