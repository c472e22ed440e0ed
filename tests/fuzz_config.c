/* Any text is a configuration or is refused with a sentence. */
#include "io/config.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *text, size_t length)
{
    sgn_config c;
    sgn_status s = sgn_config_parse(&c, (const char *)text, length, "fuzz.yml", NULL, 0);
    assert(s == SGN_OK || sgn_last_error()[0] != '\0');
    return 0;
}
