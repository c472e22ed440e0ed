#include "core/memstream.h"

#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

enum { FIRST_ROOM = 4096 };

typedef struct {
    char **text;
    size_t *size, room;
} stream;

static int grow(stream *s, size_t wanted)
{
    size_t room = s->room;
    while (room < wanted) room *= 2;
    char *text = realloc(*s->text, room);
    if (!text) return 0;
    *s->text = text;
    s->room = room;
    return 1;
}

/* 0 is what tells a stream of fopencookie that it failed. */
static ssize_t put(void *cookie, const char *data, size_t size)
{
    stream *s = cookie;
    size_t wanted = *s->size + size + 1;
    if (wanted > s->room && !grow(s, wanted)) return 0;
    memcpy(*s->text + *s->size, data, size);
    *s->size += size;
    (*s->text)[*s->size] = '\0';
    return (ssize_t)size;
}

static int end(void *cookie)
{
    free(cookie);
    return 0;
}

static sgn_status no_memory(void) { return sgn_fail(SGN_EMEM, "out of memory"); }

FILE *sgn_memstream_open(char **text, size_t *size)
{
    stream *s = malloc(sizeof *s);
    char *room = calloc(FIRST_ROOM, 1);
    FILE *f =
        s && room ? fopencookie(s, "w", (cookie_io_functions_t){.write = put, .close = end}) : NULL;
    if (!f) {
        free(s);
        free(room);
        no_memory();
        return NULL;
    }
    *s = (stream){text, size, FIRST_ROOM};
    *text = room;
    *size = 0;
    return f;
}

sgn_status sgn_memstream_close(FILE *f)
{
    int failed = fflush(f) != 0 || ferror(f);
    failed |= fclose(f) != 0;
    return failed ? no_memory() : SGN_OK;
}
