/* SPDX-License-Identifier: MIT */
/* Bodies as gzip, and back. */
#include "gzip.h"

#include <errno.h>
#include <limits.h>
#include <zlib.h>

#define GZIP_WINDOW (15 + 16) /* zlib.h: with a gzip header */
#define GZIP_LEVEL  1	      /* repetitive JSON; more costs time and saves little */
#define UNPACK_STEP 16384

static struct text *pack(const struct text *t)
{
	z_stream z = {.next_in = (unsigned char *)t->bytes, .avail_in = (uInt)t->len};
	struct text *packed;
	uLong most;

	if (t->len > UINT_MAX || deflateInit2(&z, GZIP_LEVEL, Z_DEFLATED, GZIP_WINDOW, 8,
					 Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	most = deflateBound(&z, t->len);
	packed = most <= UINT_MAX ? malloc(sizeof(*packed) + most + 1) : NULL;
	if (packed) {
		z.next_out = (unsigned char *)packed->bytes;
		z.avail_out = (uInt)most;
		deflate(&z,
			Z_FINISH); /* completes in one call: the buffer has the bound's size */
		*packed = (struct text){.refs = 1, .len = z.total_out};
		packed->bytes[packed->len] = '\0';
	}
	deflateEnd(&z);
	return packed;
}

struct text *gzip_text(struct text *t)
{
	struct text *packed = text_form(t, TEXT_GZIP);

	return packed ? packed : text_keep_take(t, TEXT_GZIP, pack(t));
}

/* One step; sets *ret_end once the stream is complete. */
static int unpack_step(z_stream *z, struct buf *ret, bool *ret_end)
{
	unsigned char out[UNPACK_STEP];
	int r;

	z->next_out = out;
	z->avail_out = sizeof(out);
	r = inflate(z, Z_NO_FLUSH);
	if (r != Z_OK && r != Z_STREAM_END)
		return r == Z_MEM_ERROR ? -ENOMEM : -EBADMSG;
	*ret_end = r == Z_STREAM_END;
	return buf_add(ret, out, sizeof(out) - z->avail_out);
}

int gzip_unpack(const void *bytes, size_t len, struct buf *ret)
{
	z_stream z = {.next_in = (unsigned char *)bytes, .avail_in = (uInt)len};
	bool is_end = false;
	int r = 0;

	if (len > UINT_MAX)
		return -EFBIG;
	if (inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return -ENOMEM;
	while (r == 0 && !is_end)
		r = unpack_step(&z, ret, &is_end);
	inflateEnd(&z);
	return r == 0 && z.avail_in ? -EBADMSG : r;
}
