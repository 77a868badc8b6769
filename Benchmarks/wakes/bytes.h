// The few protobuf bytes that the load driver writes and reads; field numbers as in Protos/roost/v1.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct {
  uint8_t bytes[256];
  int length;
} Message;

static inline void put_varint(Message *m, uint64_t value) {
  for (; value >= 0x80; value >>= 7) m->bytes[m->length++] = (uint8_t)(value | 0x80);
  m->bytes[m->length++] = (uint8_t)value;
}

static inline void put_number(Message *m, int field, uint64_t value) {
  put_varint(m, (uint64_t)field << 3);
  put_varint(m, value);
}

/// The text is at most 64 bytes: ids are.
static inline void put_text(Message *m, int field, const char *text) {
  size_t length = strlen(text);
  put_varint(m, (uint64_t)field << 3 | 2);
  put_varint(m, length);
  memcpy(m->bytes + m->length, text, length);
  m->length += (int)length;
}

typedef struct {
  const uint8_t *at, *end;
} Reader;

static inline bool get_varint(Reader *r, uint64_t *value) {
  *value = 0;
  for (int shift = 0; r->at < r->end && shift < 64; shift += 7) {
    uint8_t byte = *r->at++;
    *value |= (uint64_t)(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

/// The next field: a number in `value`, or `length` bytes at `text`. False at the end and for bytes that are no message.
static inline bool get_field(Reader *r, int *field, uint64_t *value, const char **text, size_t *length) {
  uint64_t tag;
  *text = NULL;
  *length = 0;
  *value = 0;
  if (r->at == r->end || !get_varint(r, &tag)) return false;
  *field = (int)(tag >> 3);
  if ((tag & 7) == 0) return get_varint(r, value);
  if ((tag & 7) != 2 || !get_varint(r, value) || *value > (uint64_t)(r->end - r->at)) return false;
  *text = (const char *)r->at;
  *length = (size_t)*value;
  r->at += *value;
  return true;
}
