// An outcome cannot be ignored, nor mistaken for its value or for success.
#include "heddle/base/result.h"

using namespace heddle;

Result<int> number();
Status act();
Diagnostics found();

Status results() {
  static_cast<void>(number());
  HEDDLE_TRY(const int value, number());
  HEDDLE_TRY_STATUS(act());
  number();                         // wrong: nodiscard|ignoring return
  act();                            // wrong: nodiscard|ignoring return
  const int bad = number();         // wrong: cannot convert|no viable conversion
  const bool is_good = number();    // wrong: cannot convert|no viable conversion
  const Status other = found();     // wrong: conversion from|no viable conversion
  const Result<int> text = "text";  // wrong: conversion from|no viable conversion
  return value > 0 ? Status() : Status(fail(found()));
}
