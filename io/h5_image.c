#include "io/h5_image.h"

#include "core/memory.h"

#include <string.h>

/* Less is not worth a piece of its own, and HDF5 gathers it in buffers that do not last. */
enum { LARGE = 1 << 18, FIRST_ROOM = 1 << 14 };

/* Data of others, at this address of the file. */
typedef struct {
    haddr_t address;
    sgn_bytes bytes;
} loan;

struct sgn_h5_pieces {
    H5FD_t driver;  // HDF5's part; first
    char *own;      // what is not lent, without gaps: the loans are left out
    size_t own_size, own_room;
    loan *lent;  // by address
    size_t loans, loans_room;
    haddr_t end;  // of what HDF5 has allocated
    int lends, out_of_memory;
    sgn_bytes *piece;  // of sgn_h5_pieces_list
};

/* ---- memory -------------------------------------------------------------------------------------- */

/* Room for `count` elements in all, of which `used` are kept; 0: out of memory. */
static int grow(void **at, size_t *room, size_t used, size_t count, size_t size)
{
    size_t more = *room ? *room : FIRST_ROOM / size;
    if (count <= *room) return 1;
    while (more < count) more *= 2;
    void *grown = sgn_alloc(more, size);
    if (!grown) return 0;
    if (used) memcpy(grown, *at, used * size);
    sgn_free(*at);
    *at = grown;
    *room = more;
    return 1;
}

/* The file's own bytes reach up to `size`; those that are new are 0. */
static int reach(sgn_h5_pieces *p, size_t size)
{
    void *own = p->own;
    if (size <= p->own_size) return 1;
    int can = grow(&own, &p->own_room, p->own_size, size, 1);
    p->own = own;
    if (can) p->own_size = size;
    else p->out_of_memory = 1;
    return can;
}

/* Where an address is among the file's own bytes. */
static size_t place(const sgn_h5_pieces *p, haddr_t address)
{
    size_t at = (size_t)address;
    for (size_t i = 0; i < p->loans && p->lent[i].address < address; i++)
        at -= p->lent[i].bytes.size;
    return at;
}

static int borrow(sgn_h5_pieces *p, haddr_t address, const void *data, size_t size)
{
    void *lent = p->lent;
    size_t at = place(p, address);
    if (at < p->own_size) return 0;  // something is behind it already
    int can = grow(&lent, &p->loans_room, p->loans, p->loans + 1, sizeof *p->lent);
    p->lent = lent;
    if (!can || !reach(p, at)) return 0;
    p->lent[p->loans++] = (loan){address, {data, size}};
    return 1;
}

/* ---- the driver ---------------------------------------------------------------------------------- */

static H5FD_t *begin(const char *name, unsigned flags, hid_t access, haddr_t most)
{
    (void)name, (void)flags, (void)access, (void)most;
    return sgn_alloc(1, sizeof(sgn_h5_pieces));
}

static herr_t end(H5FD_t *file)
{
    sgn_h5_pieces *p = (sgn_h5_pieces *)file;
    sgn_free(p->own);
    sgn_free(p->lent);
    sgn_free(p->piece);
    sgn_free(p);
    return 0;
}

static int compare(const H5FD_t *a, const H5FD_t *b) { return (a > b) - (a < b); }

static herr_t query(const H5FD_t *file, unsigned long *features)
{
    (void)file;
    *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA |
                H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA;
    return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type)
{
    (void)type;
    return ((const sgn_h5_pieces *)file)->end;
}

static herr_t set_end(H5FD_t *file, H5FD_mem_t type, haddr_t address)
{
    (void)type;
    ((sgn_h5_pieces *)file)->end = address;
    return 0;
}

static haddr_t get_written(const H5FD_t *file, H5FD_mem_t type)
{
    const sgn_h5_pieces *p = (const sgn_h5_pieces *)file;
    (void)type;
    haddr_t written = p->own_size;
    for (size_t i = 0; i < p->loans; i++) written += p->lent[i].bytes.size;
    return written;
}

static herr_t get_handle(H5FD_t *file, hid_t access, void **handle)
{
    (void)access;
    *handle = file;
    return 0;
}

/* HDF5 looks at its own small things alone. */
static herr_t read_own(H5FD_t *file, H5FD_mem_t type, hid_t how, haddr_t address, size_t size,
                       void *to)
{
    const sgn_h5_pieces *p = (const sgn_h5_pieces *)file;
    (void)type, (void)how;
    size_t at = place(p, address), there = at < p->own_size ? p->own_size - at : 0;
    size_t count = size < there ? size : there;
    memset(to, 0, size);
    if (count) memcpy(to, p->own + at, count);
    return 0;
}

static herr_t write_any(H5FD_t *file, H5FD_mem_t type, hid_t how, haddr_t address, size_t size,
                        const void *data)
{
    sgn_h5_pieces *p = (sgn_h5_pieces *)file;
    (void)how;
    int may_borrow = p->lends && type == H5FD_MEM_DRAW && size >= LARGE;
    if (may_borrow && borrow(p, address, data, size)) return 0;
    size_t at = place(p, address);
    if (reach(p, at + size)) memcpy(p->own + at, data, size);
    return 0;
}

static const H5FD_class_t class = {
    .name = "signroll",
    .maxaddr = HADDR_MAX / 2,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = begin,
    .close = end,
    .cmp = compare,
    .query = query,
    .get_eoa = get_end,
    .set_eoa = set_end,
    .get_eof = get_written,
    .get_handle = get_handle,
    .read = read_own,
    .write = write_any,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

/* ---- from outside -------------------------------------------------------------------------------- */

static hid_t driver = H5I_INVALID_HID;

herr_t sgn_h5_set_image_driver(hid_t access)
{
    if (driver < 0 || H5Iget_type(driver) != H5I_VFL) driver = H5FDregister(&class);
    return driver < 0 ? -1 : H5Pset_driver(access, driver, NULL);
}

sgn_h5_pieces *sgn_h5_pieces_of(hid_t file)
{
    void *handle;
    return H5Fget_vfd_handle(file, H5P_DEFAULT, &handle) < 0 ? NULL : handle;
}

void sgn_h5_lend(sgn_h5_pieces *p, int lends) { p->lends = lends; }

sgn_status sgn_h5_pieces_list(sgn_h5_pieces *p, const sgn_bytes **piece, int *n)
{
    size_t from = 0;
    int count = 0;
    if (p->out_of_memory || !reach(p, place(p, p->end)))
        return sgn_fail(SGN_EMEM, "out of memory: a file could not be built");
    sgn_free(p->piece);
    p->piece = sgn_alloc(2 * p->loans + 1, sizeof *p->piece);
    if (!p->piece) return SGN_EMEM;
    for (size_t i = 0; i < p->loans; i++) {
        size_t to = place(p, p->lent[i].address);
        if (to > from) p->piece[count++] = (sgn_bytes){p->own + from, to - from};
        p->piece[count++] = p->lent[i].bytes;
        from = to;
    }
    if (p->own_size > from) p->piece[count++] = (sgn_bytes){p->own + from, p->own_size - from};
    *piece = p->piece;
    *n = count;
    return SGN_OK;
}
