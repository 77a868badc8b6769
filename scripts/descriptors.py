#!/usr/bin/env python3
"""What generate-protos.sh does to a descriptor set; Python's standard library is enough.

    descriptors.py rewrite IN OUT    a copy that protoc-c 1.4.1 accepts, with the same bytes on the wire
    descriptors.py listing IN        one line per field and enum value: name = number type
    descriptors.py released IN FILE  the listing checked against FILE, the released one: says what broke, exits 1

What `rewrite` changes, and why:

- `proto3_optional` goes (protoc-c refuses the keyword). The oneof that protoc makes for each such field stays, so the
  generated struct still knows presence: `has_x_case`. A oneof of one field has the field's own bytes.
- `string` becomes `bytes` (the same wire type). protobuf-c ends strings at a NUL and does not check UTF-8; with a
  pointer and a length the codec checks both itself and neither copies nor measures to pack.
- `map_entry` goes: protoc-c writes maps as repeated entries anyway, and would refuse a key of bytes.
"""

import sys

# Numbers of google/protobuf/descriptor.proto.
FILE_MESSAGE, FILE_ENUM, FILE_PACKAGE = 4, 5, 2
MESSAGE_FIELD, MESSAGE_NESTED, MESSAGE_ENUM, MESSAGE_OPTIONS, MESSAGE_ONEOF, MESSAGE_RESERVED = 2, 3, 4, 7, 8, 9
FIELD_NUMBER, FIELD_LABEL, FIELD_TYPE, FIELD_TYPE_NAME, FIELD_ONEOF, FIELD_PROTO3_OPTIONAL = 3, 4, 5, 6, 9, 17
NAME, ENUM_VALUE, ENUM_RESERVED, VALUE_NUMBER, OPTION_MAP_ENTRY = 1, 2, 4, 2, 7
TYPE_STRING, TYPE_BYTES, LABEL_REPEATED = 9, 12, 3
TYPES = (
    "? double float int64 uint64 int32 fixed64 fixed32 bool string group message bytes uint32 enum sfixed32 sfixed64 "
    "sint32 sint64"
).split()


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at


def packed_varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def parse(data):
    """The fields of a message as [number, value]; value is an int or bytes (descriptors have no other wire types)."""
    fields, at = [], 0
    while at < len(data):
        tag, at = varint(data, at)
        value, at = varint(data, at)
        if tag & 7 == 2:
            value, at = data[at : at + value], at + value
        elif tag & 7 != 0:
            raise SystemExit(f"descriptors.py: wire type {tag & 7} in a descriptor set")
        fields.append([tag >> 3, value])
    return fields


def serialize(fields):
    out = bytearray()
    for number, value in fields:
        if isinstance(value, int):
            out += packed_varint(number << 3) + packed_varint(value)
        else:
            out += packed_varint(number << 3 | 2) + packed_varint(len(value)) + value
    return bytes(out)


def all_of(fields, number):
    return [value for n, value in fields if n == number]


def one_of(fields, number, default):
    return (all_of(fields, number) or [default])[-1]


def rewrite_message(data):
    fields = parse(data)
    synthetic = set()
    for entry in fields:
        if entry[0] == MESSAGE_FIELD:
            field = parse(entry[1])
            if one_of(field, FIELD_PROTO3_OPTIONAL, 0):
                synthetic.add(one_of(field, FIELD_ONEOF, 0))
            field = [[n, TYPE_BYTES] if [n, v] == [FIELD_TYPE, TYPE_STRING] else [n, v] for n, v in field]
            entry[1] = serialize([f for f in field if f[0] != FIELD_PROTO3_OPTIONAL])
        elif entry[0] == MESSAGE_NESTED:
            entry[1] = rewrite_message(entry[1])
        elif entry[0] == MESSAGE_OPTIONS:
            entry[1] = serialize([f for f in parse(entry[1]) if f[0] != OPTION_MAP_ENTRY])
    for index, entry in enumerate([e for e in fields if e[0] == MESSAGE_ONEOF]):
        if index in synthetic:  # named _x by protoc
            oneof = parse(entry[1])
            entry[1] = serialize([[n, b"has" + v if n == NAME else v] for n, v in oneof])
    return serialize(fields)


def rewrite(data):
    files = parse(data)
    for entry in files:
        fields = parse(entry[1])
        for f in fields:
            if f[0] == FILE_MESSAGE:
                f[1] = rewrite_message(f[1])
        entry[1] = serialize(fields)
    return serialize(files)


def type_of(field):
    number = one_of(field, FIELD_TYPE, 0)
    name = one_of(field, FIELD_TYPE_NAME, b"").decode().lstrip(".") or TYPES[number]
    if one_of(field, FIELD_LABEL, 1) == LABEL_REPEATED:
        return "repeated " + name
    if one_of(field, FIELD_PROTO3_OPTIONAL, 0):
        return "optional " + name
    return "oneof " + name if all_of(field, FIELD_ONEOF) else name


def walk(data):
    """(scope, name, number, type) of every field and enum value, and {scope: reserved ranges, end excluded}."""
    rows, reserved = [], {}

    def ranges(fields, number, extra):
        return [(one_of(r, 1, 0), one_of(r, 2, 0) + extra) for r in map(parse, all_of(fields, number))]

    def enum(data, prefix):
        fields = parse(data)
        scope = prefix + one_of(fields, NAME, b"").decode()
        reserved[scope] = ranges(fields, ENUM_RESERVED, 1)
        for value in map(parse, all_of(fields, ENUM_VALUE)):
            rows.append((scope, one_of(value, NAME, b"").decode(), one_of(value, VALUE_NUMBER, 0), "value"))

    def message(data, prefix):
        fields = parse(data)
        scope = prefix + one_of(fields, NAME, b"").decode()
        reserved[scope] = ranges(fields, MESSAGE_RESERVED, 0)
        for field in map(parse, all_of(fields, MESSAGE_FIELD)):
            rows.append((scope, one_of(field, NAME, b"").decode(), one_of(field, FIELD_NUMBER, 0), type_of(field)))
        for nested in all_of(fields, MESSAGE_NESTED):
            message(nested, scope + ".")
        for nested in all_of(fields, MESSAGE_ENUM):
            enum(nested, scope + ".")

    for file in map(parse, all_of(parse(data), 1)):
        package = one_of(file, FILE_PACKAGE, b"").decode() + "."
        for data in all_of(file, FILE_MESSAGE):
            message(data, package)
        for data in all_of(file, FILE_ENUM):
            enum(data, package)
    return rows, reserved


def listing(data):
    return sorted(f"{scope}.{name} = {number} {kind}" for scope, name, number, kind in walk(data)[0])


def released(data, path):
    """What is wrong between the descriptors and the released listing, one sentence each."""
    now, reserved = set(listing(data)), walk(data)[1]
    with open(path, encoding="utf-8") as file:
        before = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    wrong = [f"{line}: new, and not in {path}: run the script" for line in sorted(now - set(before))]
    numbers = {}
    for line in now:
        name, rest = line.split(" = ")
        numbers[name.rpartition(".")[0], int(rest.split()[0])] = line
    for line in before:
        name, rest = line.split(" = ")
        key = name.rpartition(".")[0], int(rest.split()[0])
        if line in now:
            continue
        if key in numbers:
            wrong.append(f"{line}: released, and its number is used again: {numbers[key]}")
        elif not any(low <= key[1] < high for low, high in reserved.get(key[0], [])):
            wrong.append(f"{line}: released, then removed without `reserved {key[1]}`")
    return wrong


def main():
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    with open(sys.argv[2], "rb") as file:
        data = file.read()
    if sys.argv[1] == "rewrite":
        with open(sys.argv[3], "wb") as file:
            file.write(rewrite(data))
    elif sys.argv[1] == "listing":
        print("\n".join(listing(data)))
    elif sys.argv[1] == "released":
        wrong = released(data, sys.argv[3])
        if wrong:
            raise SystemExit("\n".join(wrong))
    else:
        raise SystemExit(__doc__)


main()
