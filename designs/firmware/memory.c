// What a freestanding compiler may call by itself. Words at a time where both ends are aligned.
#include <stddef.h>

#include "soc.h"

typedef uint32_t __attribute__((may_alias)) any_word;

FAST void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *out = to;
  const uint8_t *in = from;
  if ((((uintptr_t)out | (uintptr_t)in) & 3u) == 0) {
    for (; count >= 4; count -= 4, out += 4, in += 4) *(any_word *)out = *(const any_word *)in;
  }
  for (; count > 0; --count) *out++ = *in++;
  return to;
}

FAST void *memset(void *to, int value, size_t count) {
  uint8_t *out = to;
  for (; count > 0; --count) *out++ = (uint8_t)value;
  return to;
}
