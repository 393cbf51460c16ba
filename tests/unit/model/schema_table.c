/* SPDX-License-Identifier: MIT */
/* Prints the schema as the table that the README has. */
#include <stdio.h>
#include "model/schema.h"

static const char *row_mode(const struct row *row)
{
	if (row->type == FIELD_DIR)
		return "0755";
	return row->flags & FIELD_WRITABLE ? "0644" : "0444";
}

int main(void)
{
	puts("| path | mode | what |\n|---|---|---|");
	for (size_t i = 0; i < schema_row_count; i++) {
		const struct row *row = &schema_rows[i];

		if (schema_match(row->path) != row)
			continue; /* there is no file of it */
		printf("| `%s%s` | %s | %s |\n", row->path,
			row->type == FIELD_DIR ? "/" : "", row_mode(row), row->help);
	}
	return 0;
}
