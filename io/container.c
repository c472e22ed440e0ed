#include "io/container.h"

#include "core/memory.h"
#include "io/file.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#define XXH_STATIC_LINKING_ONLY  // for XXH3_state_t on the stack
#include <xxhash.h>

enum { BLOCK = 512, MAGIC = 8 };
static const char magic[MAGIC] = {'s', 'i', 'g', 'n', 'r', 'o', 'l', 'l'};

/* The user block, byte for byte: every member lies at a multiple of its size. */
typedef struct {
    char magic[MAGIC];
    uint32_t version;  // little-endian, as is length
    char kind[SGN_KIND_MAX];
    uint32_t zero;
    uint64_t length;
    XXH128_canonical_t hash;
    char padding[BLOCK - 56];
} user_block;

_Static_assert(sizeof(user_block) == BLOCK, "the user block has no holes");

struct sgn_container {
    char *path;
    size_t bytes;  // of the file
    sgn_h5_in in;
};

static user_block block_of(const char *kind, XXH128_hash_t hash, size_t length)
{
    user_block b = {.version = htole32(SGN_FORMAT_VERSION), .length = htole64(length)};
    memcpy(b.magic, magic, sizeof magic);
    snprintf(b.kind, sizeof b.kind, "%s", kind);
    XXH128_canonicalFromHash(&b.hash, hash);
    return b;
}

/* ---- saving --------------------------------------------------------------------------------- */

sgn_status sgn_container_create(hid_t *file) { return sgn_h5_create(file, BLOCK); }

/* What these pieces have before them in a file. */
static user_block block_before(const sgn_bytes *content, int n, const char *kind)
{
    XXH3_state_t state;
    size_t length = 0;
    XXH3_128bits_reset(&state);
    for (int i = 0; i < n; i++) {
        XXH3_128bits_update(&state, content[i].at, content[i].size);
        length += content[i].size;
    }
    return block_of(kind, XXH3_128bits_digest(&state), length);
}

/* The first piece begins with room for the user block. */
static sgn_status save_pieces(const sgn_bytes *piece, int n, const char *path, const char *previous,
                              const char *kind)
{
    sgn_bytes *all = sgn_alloc((size_t)n + 1, sizeof *all);
    if (!all) return SGN_EMEM;
    sgn_bytes *content = all + 1;
    memcpy(content, piece, (size_t)n * sizeof *piece);
    content->at = (const char *)piece->at + BLOCK;
    content->size -= BLOCK;
    user_block block = block_before(content, n, kind);
    *all = (sgn_bytes){&block, sizeof block};
    sgn_status s = previous ? sgn_write_pieces_keeping(path, previous, all, n + 1)
                            : sgn_write_pieces(path, all, n + 1);
    sgn_free(all);
    return s;
}

sgn_status sgn_container_save(hid_t *file, const char *path, const char *kind)
{
    return sgn_container_save_keeping(file, path, NULL, kind);
}

sgn_status sgn_container_save_keeping(hid_t *file, const char *path, const char *previous,
                                      const char *kind)
{
    const sgn_bytes *piece;
    int n;
    sgn_status s = sgn_h5_image(*file, &piece, &n);
    if (s == SGN_OK) s = save_pieces(piece, n, path, previous, kind);
    sgn_h5_drop(file);
    return s;
}

/* ---- opening -------------------------------------------------------------------------------- */

/* The name of a kind is lower-case letters, ended by at least one zero byte. */
static int kind_is_sound(const char kind[SGN_KIND_MAX])
{
    size_t length = 0;
    while (length < SGN_KIND_MAX && kind[length] >= 'a' && kind[length] <= 'z') length++;
    for (size_t i = length; i < SGN_KIND_MAX; i++)
        if (kind[i]) return 0;
    return length > 0 && length < SGN_KIND_MAX;
}

/* What a file begins with, and what the rest of it amounts to: nothing else of it is kept. */
typedef struct {
    user_block block;
    size_t size;         // of the file, and of `block` where that is all there is
    XXH128_hash_t hash;  // of what follows the block
} outline;

/* Everything but the kind is compared at once with the block that such a content must have. */
static sgn_status check_block(const char *path, const outline *file)
{
    const user_block *b = &file->block;
    if (file->size < BLOCK || memcmp(b->magic, magic, sizeof magic) != 0)
        return sgn_fail(SGN_EFORMAT, "%s was not written by signroll", path);
    uint32_t version = le32toh(b->version);
    if (version > SGN_FORMAT_VERSION)
        return sgn_fail(SGN_EFORMAT, "%s has format version %u, this signroll reads up to %d", path,
                        version, SGN_FORMAT_VERSION);
    uint64_t length = le64toh(b->length);
    if (length != file->size - BLOCK)
        return sgn_fail(SGN_EFORMAT, "%s is cut or extended: %zu bytes, expected %llu", path,
                        file->size, (unsigned long long)length + BLOCK);
    if (!kind_is_sound(b->kind))
        return sgn_fail(SGN_EFORMAT, "%s is damaged: its header does not say what it is", path);
    user_block right = block_of(b->kind, file->hash, file->size - BLOCK);
    if (memcmp(&right.hash, &b->hash, sizeof b->hash) != 0)
        return sgn_fail(SGN_EFORMAT,
                        "%s is damaged: its content does not have the hash it was "
                        "written with",
                        path);
    if (memcmp(&right, b, sizeof right) != 0)
        return sgn_fail(SGN_EFORMAT, "%s is damaged: its header is not as it was written", path);
    return SGN_OK;
}

/* Pieces of a file on their way through: the first BLOCK bytes are kept, the others hashed. */
typedef struct {
    outline file;
    XXH3_state_t state;
} reading;

static void take_piece(void *context, const char *piece, size_t size)
{
    reading *r = context;
    size_t kept = r->file.size < BLOCK ? BLOCK - r->file.size : 0;
    if (kept > size) kept = size;
    if (kept) memcpy((char *)&r->file.block + r->file.size, piece, kept);
    XXH3_128bits_update(&r->state, piece + kept, size - kept);
    r->file.size += size;
}

static sgn_status read_checked(const char *path, user_block *b)
{
    reading r = {.file = {.size = 0}};
    XXH3_128bits_reset(&r.state);
    sgn_status s = sgn_read_pieces(path, SGN_H5_MOST, take_piece, &r);
    if (s == SGN_EDATA) return SGN_EFORMAT;  // too large to be ours
    SGN_TRY(s);
    r.file.hash = XXH3_128bits_digest(&r.state);
    SGN_TRY(check_block(path, &r.file));
    *b = r.file.block;
    return SGN_OK;
}

static sgn_status open_into(sgn_container *c, const char *path, const char *kind)
{
    user_block b;
    c->path = sgn_alloc(strlen(path) + 1, 1);
    if (!c->path) return SGN_EMEM;
    memcpy(c->path, path, strlen(path));
    SGN_TRY(read_checked(path, &b));
    if (strcmp(b.kind, kind) != 0)
        return sgn_fail(SGN_EFORMAT, "%s is of the kind '%s', expected '%s'", path, b.kind, kind);
    c->bytes = BLOCK + le64toh(b.length);
    return sgn_h5_open_in_place(&c->in, c->path);
}

sgn_status sgn_container_open(sgn_container **out, const char *path, const char *kind)
{
    sgn_container *c = sgn_alloc(1, sizeof *c);
    if (!c) return SGN_EMEM;
    sgn_status s = open_into(c, path, kind);
    if (s == SGN_OK) *out = c;
    else sgn_container_close(c);
    return s;
}

void sgn_container_close(sgn_container *c)
{
    if (!c) return;
    sgn_h5_close(&c->in);
    sgn_free(c->path);
    sgn_free(c);
}

const sgn_h5_in *sgn_container_in(const sgn_container *c) { return &c->in; }
size_t sgn_container_bytes(const sgn_container *c) { return c->bytes; }

sgn_status sgn_container_kind(const char *path, char kind[SGN_KIND_MAX])
{
    user_block b;
    SGN_TRY(read_checked(path, &b));
    memcpy(kind, b.kind, sizeof b.kind);
    return SGN_OK;
}
