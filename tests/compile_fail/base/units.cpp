// Units never mix. The lines without a mark show that the right use compiles.
#include "heddle/base/units.h"

using namespace heddle;

void instants(SimTime t, Picoseconds d, Cycles c) {
  static_cast<void>(t + d);
  static_cast<void>(t - t);
  static_cast<void>(t < t);
  static_cast<void>(t + t);   // wrong: no match for|invalid operands
  static_cast<void>(t * 2);   // wrong: no match for|invalid operands
  static_cast<void>(d - t);   // wrong: no match for|invalid operands
  static_cast<void>(d + t);   // wrong: no match for|invalid operands
  static_cast<void>(t + c);   // wrong: no match for|invalid operands
  static_cast<void>(t + 5);   // wrong: no match for|invalid operands
  static_cast<void>(t < d);   // wrong: no match for|invalid operands
  static_cast<void>(t == 0);  // wrong: no match for|invalid operands
  static_cast<void>(-t);      // wrong: no match for|invalid argument type
  t += d;
  t += c;  // wrong: no match for|no viable
  t += t;  // wrong: no match for|no viable
  t += 1;  // wrong: no match for|no viable
  t = d;   // wrong: no match for|no viable
  t = 7;   // wrong: no match for|no viable
  d = t;   // wrong: no match for|no viable
}

void quantities(Picoseconds d, Cycles c, Bytes b, BytesPerSecond r) {
  static_cast<void>(d + d);
  static_cast<void>(c * 3);
  static_cast<void>(d + c);   // wrong: no match for|invalid operands
  static_cast<void>(c - b);   // wrong: no match for|invalid operands
  static_cast<void>(b + d);   // wrong: no match for|invalid operands
  static_cast<void>(b + r);   // wrong: no match for|invalid operands
  static_cast<void>(d < c);   // wrong: no match for|invalid operands
  static_cast<void>(b == d);  // wrong: no match for|invalid operands
  static_cast<void>(d + 1);   // wrong: no match for|invalid operands
  static_cast<void>(d == 0);  // wrong: no match for|invalid operands
  static_cast<void>(d * d);   // wrong: no match for|invalid operands
  static_cast<void>(b / 2);   // wrong: no match for|invalid operands
  static_cast<void>(b / r);   // wrong: no match for|invalid operands
  static_cast<void>(d % d);   // wrong: no match for|invalid operands
  d += Picoseconds(1);
  d += c;    // wrong: no match for|no viable
  b -= d;    // wrong: no match for|no viable
  c = d;     // wrong: no match for|no viable
  b = 4096;  // wrong: no match for|no viable
}

std::int64_t take(Picoseconds d) {
  return d.count();
}
void conversions(Cycles c) {
  static_cast<void>(take(Picoseconds(5)));
  static_cast<void>(take(5));                  // wrong: could not convert|no matching function
  static_cast<void>(take(c));                  // wrong: could not convert|no matching function
  static_cast<void>(take(SimTime(5)));         // wrong: could not convert|no matching function
  static_cast<void>(Picoseconds(c));           // wrong: no matching function|no matching conversion
  static_cast<void>(SimTime(Picoseconds(1)));  // wrong: no matching function|no matching conversion
  const std::int64_t raw = c.count();
  const std::int64_t bad = c;  // wrong: cannot convert|no viable conversion
  static_cast<void>(raw);
}

void ratios(Picoseconds d, Cycles c, Bytes b, BytesPerSecond r) {
  static_cast<void>(ratio_floor(d, d));
  static_cast<void>(transfer_time_ceil(b, r));
  static_cast<void>(ratio_floor(d, c));         // wrong: no matching function
  static_cast<void>(ratio_ceil(b, d));          // wrong: no matching function
  static_cast<void>(transfer_time_ceil(r, b));  // wrong: could not convert|no matching function
}
