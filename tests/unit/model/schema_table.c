/* SPDX-License-Identifier: MIT */
/* Prints the schema as the README's table. */
#include <stdio.h>
#include "model/schema.h"

static const char *row_mode(const struct schema_field *schema)
{
	if (schema->type == FIELD_DIR)
		return "0755";
	return schema->flags & FIELD_WRITABLE ? "0644" : "0444";
}

int main(void)
{
	puts("| path | mode | what |\n|---|---|---|");
	for (size_t i = 0; i < schema_field_count; i++) {
		const struct schema_field *schema = &schema_fields[i];

		if (schema_match(schema->path) != schema)
			continue; /* it has no file */
		printf("| `%s%s` | %s | %s |\n", schema->path,
			schema->type == FIELD_DIR ? "/" : "", row_mode(schema),
			schema->help);
	}
	return 0;
}
