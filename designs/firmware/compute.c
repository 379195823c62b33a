// The CoreMark-like work load. All of it sits in SRAM (COMPUTE_CODE); only integers, no division
// except in the list keys.
#include "compute.h"

#define NODES 24
#define SIDE 6
#define TEXT_BYTES 48

struct node {
  struct node *next;
  int16_t key;
  uint16_t value;
};

struct work {
  struct node nodes[NODES];
  int16_t a[SIDE][SIDE];
  int16_t b[SIDE][SIDE];
  int32_t c[SIDE][SIDE];
  char text[TEXT_BYTES];
};

static struct work work;

static COMPUTE_CODE uint16_t crc16(uint16_t crc, uint32_t value, int bits) {
  for (int i = 0; i < bits; ++i) {
    uint32_t low = (crc ^ value) & 1u;
    crc = (uint16_t)(crc >> 1);
    value >>= 1;
    if (low != 0) crc = (uint16_t)(crc ^ 0xA001u);
  }
  return crc;
}

static COMPUTE_CODE uint32_t next_random(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  *state = x;
  return x;
}

static COMPUTE_CODE struct node *merge(struct node *left, struct node *right) {
  struct node head = {0, 0, 0};
  struct node *tail = &head;
  while (left != 0 && right != 0) {
    struct node **smaller = left->key <= right->key ? &left : &right;
    tail->next = *smaller;
    tail = *smaller;
    *smaller = (*smaller)->next;
  }
  tail->next = left != 0 ? left : right;
  return head.next;
}

// Merge sort by key, bottom up over runs of 1, 2, 4 ... nodes.
static COMPUTE_CODE struct node *sort(struct node *list) {
  struct node *runs[6] = {0, 0, 0, 0, 0, 0};
  while (list != 0) {
    struct node *carry = list;
    list = list->next;
    carry->next = 0;
    int level = 0;
    while (runs[level] != 0) {
      carry = merge(runs[level], carry);
      runs[level++] = 0;
    }
    runs[level] = carry;
  }
  struct node *sorted = 0;
  for (int level = 0; level < 6; ++level) sorted = merge(runs[level], sorted);
  return sorted;
}

static COMPUTE_CODE uint16_t list_part(uint32_t *random) {
  for (int i = 0; i < NODES; ++i) {
    uint32_t drawn = next_random(random);
    struct node *node = &work.nodes[i];
    node->next = i + 1 < NODES ? node + 1 : 0;
    node->key = (int16_t)((int32_t)drawn % 1000);
    node->value = (uint16_t)(drawn >> 16);
  }
  struct node *list = sort(work.nodes);
  uint16_t crc = 0xFFFF;
  struct node *reversed = 0;
  while (list != 0) {
    crc = crc16(crc, (uint16_t)list->key, 8);
    struct node *next = list->next;
    list->next = reversed;
    reversed = list;
    list = next;
  }
  for (; reversed != 0; reversed = reversed->next) crc = crc16(crc, reversed->value, 4);
  return crc;
}

static COMPUTE_CODE uint16_t matrix_part(uint32_t *random) {
  for (int i = 0; i < SIDE; ++i) {
    for (int j = 0; j < SIDE; ++j) {
      uint32_t drawn = next_random(random);
      work.a[i][j] = (int16_t)drawn;
      work.b[i][j] = (int16_t)(drawn >> 16);
    }
  }
  uint16_t crc = 0;
  for (int i = 0; i < SIDE; ++i) {
    for (int j = 0; j < SIDE; ++j) {
      uint32_t sum = 0;
      for (int k = 0; k < SIDE; ++k) sum += (uint32_t)(work.a[i][k] * work.b[k][j]);
      work.c[i][j] = (int32_t)sum;
      crc = crc16(crc, sum, 8);
    }
  }
  return crc;
}

enum state { kStart, kSign, kInteger, kFraction, kExponent, kHex, kBad, kStates };

static COMPUTE_CODE enum state step(enum state state, char byte) {
  if (byte == ',') return kStart;
  int digit = byte >= '0' && byte <= '9';
  if (state == kStart) {
    if (byte == '-' || byte == '+') return kSign;
    if (byte == 'x') return kHex;
    return digit ? kInteger : kBad;
  }
  if (state == kHex) return digit || (byte >= 'a' && byte <= 'f') ? kHex : kBad;
  if (state == kInteger && byte == '.') return kFraction;
  if ((state == kInteger || state == kFraction) && byte == 'e') return kExponent;
  return digit && state != kBad ? (state == kSign ? kInteger : state) : kBad;
}

static COMPUTE_CODE uint16_t state_part(uint32_t *random) {
  static const char kAlphabet[16] = {'0', '1', '2', '5', '7', '9', ',', '.',
                                     ',', 'e', 'x', '-', '3', 'a', ',', '+'};
  uint32_t drawn = 0;
  for (int i = 0; i < TEXT_BYTES; ++i) {
    if ((i & 7) == 0) drawn = next_random(random);
    work.text[i] = kAlphabet[drawn & 15u];
    drawn >>= 4;
  }
  uint16_t visits[kStates] = {0};
  enum state state = kStart;
  for (int i = 0; i < TEXT_BYTES; ++i) {
    state = step(state, work.text[i]);
    ++visits[state];
  }
  uint16_t crc = 0x1D0F;
  for (int i = 0; i < kStates; ++i) crc = crc16(crc, visits[i], 8);
  return crc;
}

COMPUTE_CODE struct compute_result compute(uint32_t iterations) {
  struct compute_result result = {0, 0, 0, 0};
  uint32_t random = 0x2545F491u;
  for (uint32_t i = 0; i < iterations; ++i) {
    result.list = list_part(&random);
    result.matrix = matrix_part(&random);
    result.state = state_part(&random);
    result.all = crc16(result.all, result.list, 16);
    result.all = crc16(result.all, result.matrix, 16);
    result.all = crc16(result.all, result.state, 16);
  }
  return result;
}
