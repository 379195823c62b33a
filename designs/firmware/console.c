// The console. The code sits in SRAM, the texts stay in flash: a character costs one flash word,
// which takes a little less time than sending it.
#include "console.h"

#include <stdarg.h>

FAST void uart_put(uint32_t base, char byte) {
  while ((UART_STATUS(base) & UART_TX_BUSY) != 0) {
  }
  UART_DATA(base) = (uint8_t)byte;
}

static FAST void put_repeated(char byte, int count) {
  while (count-- > 0) uart_put(UART0_BASE, byte);
}

struct field {
  bool left;
  char pad;
  int width;
};

static FAST void put_field(const char *text, int length, const struct field *field) {
  if (!field->left) put_repeated(field->pad, field->width - length);
  for (int i = 0; i < length; ++i) uart_put(UART0_BASE, text[i]);
  if (field->left) put_repeated(' ', field->width - length);
}

static FAST void put_number(uint32_t value, uint32_t base, bool negative,
                            const struct field *field) {
  char digits[11];
  int first = (int)sizeof digits;
  do {
    uint32_t digit = value % base;
    digits[--first] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
    value /= base;
  } while (value != 0);
  if (negative) digits[--first] = '-';
  put_field(digits + first, (int)sizeof digits - first, field);
}

static FAST int text_length(const char *text) {
  int length = 0;
  while (text[length] != '\0') ++length;
  return length;
}

static FAST const char *read_field(const char *at, struct field *field) {
  *field = (struct field){false, ' ', 0};
  if (*at == '-') {
    field->left = true;
    ++at;
  }
  if (*at == '0') {
    field->pad = '0';
    ++at;
  }
  while (*at >= '0' && *at <= '9') field->width = field->width * 10 + (*at++ - '0');
  return at;
}

FAST void print(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  for (const char *at = format; *at != '\0'; ++at) {
    if (*at != '%') {
      uart_put(UART0_BASE, *at);
      continue;
    }
    struct field field;
    at = read_field(at + 1, &field);
    if (*at == 's') {
      const char *text = va_arg(arguments, const char *);
      put_field(text, text_length(text), &field);
    } else if (*at == 'c') {
      char byte = (char)va_arg(arguments, int);
      put_field(&byte, 1, &field);
    } else if (*at == 'x' || *at == 'u') {
      put_number(va_arg(arguments, uint32_t), *at == 'x' ? 16 : 10, false, &field);
    } else if (*at == 'd') {
      int32_t value = va_arg(arguments, int32_t);
      put_number(value < 0 ? 0u - (uint32_t)value : (uint32_t)value, 10, value < 0, &field);
    } else if (*at == '\0') {
      break;
    } else {
      uart_put(UART0_BASE, *at);
    }
  }
  va_end(arguments);
}
