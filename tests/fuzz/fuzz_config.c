/* Any text is a configuration or is refused with a sentence. */
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    sgn_config c;
    fuzz_judge(sgn_config_parse(&c, (const char *)bytes, size, "fuzz.yml", NULL, 0));
    return 0;
}
