/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include <string.h>
#include "fuzz.h"

#define BODY_MAX (64u << 20)

static const char full[] =
	"{\"id\":\"1\",\"name\":\"prod\",\"zone\":\"Z\",\"status\":\"STATUS_READY\","
	"\"hostPrefix\":\"10.16.192.0/"
	"18\",\"hostPrefixes\":[{\"name\":\"h\",\"type\":\"ATTACHED\","
	"\"prefixes\":[\"2601:db8:cccc::/48\"],\"ipam\":{\"prefixLength\":64}}],"
	"\"vpcPrefixes\":[{\"name\":\"p\",\"value\":\"10.0.0.0/13\",\"status\":\"S\"},"
	"{\"name\":\"q\",\"value\":\"10.16.0.0/"
	"22\"}],\"ingress\":{\"disablePublicServices\":true},"
	"\"dhcp\":{\"dns\":{\"servers\":[\"1.1.1.1\"]}}}";
/* What somebody else made of it meanwhile. */
static const char other[] =
	"{\"id\":\"1\",\"name\":\"prod\",\"zone\":\"Y\",\"vpcPrefixes\":["
	"{\"name\":\"p\",\"value\":\"10.8.0.0/13\"},{\"name\":\"r\",\"value\":\"10.32.0.0/"
	"22\"}]}";

static struct doc *scene_doc(const char *json)
{
	CLEANUP_VAL struct val *val = NULL;
	struct doc *doc = NULL;

	CHECK(val_parse(json, strlen(json), 0, &val, NULL) == 0);
	CHECK(doc_from_val(val, &doc, NULL) == 0);
	return doc;
}

const struct scene *scene_get(void)
{
	static struct scene scene;

	if (!scene.full) {
		scene.full = scene_doc(full);
		scene.other = scene_doc(other);
	}
	return &scene;
}

void scene_check_take(const struct doc *doc, struct change *change)
{
	CLEANUP_CHANGE struct change *taken = change;
	CLEANUP_BUF struct buf body = BUF_INIT(BODY_MAX);
	CLEANUP_DOC struct doc *next = NULL;
	CLEANUP_VAL struct val *val = NULL;

	CHECK(change_body(taken, &body) == 0);
	CHECK(val_parse(body.data, body.len, VAL_STRICT, &val, NULL) == 0);
	CHECK(strcmp(val_text(val_member(val, "updateMask")), change_mask(taken)) == 0);
	CHECK(change_is_empty(taken) == (change_mask(taken)[0] == '\0'));
	CHECK(change_apply(taken, doc, &next, NULL) == 0);
	CHECK(change_is_shown(taken, next, NULL, NULL));
	CHECK(change_is_empty(taken) || !change_is_shown(taken, doc, NULL, NULL));
}
