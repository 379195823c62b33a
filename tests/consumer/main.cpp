// Uses an installed heddle: one call into its library, seen on standard output.
#include <cstdio>

#include "heddle/base/diagnostics.h"
#include "heddle/base/digest.h"
#include "heddle/base/file.h"

int main() {
  const auto text = heddle::read_file("there/is/no/such/file");
  if (text) return 1;
  std::fputs(text.error().to_string().c_str(), stdout);
  return 0;
}
