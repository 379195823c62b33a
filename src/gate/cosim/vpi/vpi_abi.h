// What VPI modules and a simulator hand each other: the layouts and numbers of IEEE
// 1364-2005, clause 27 and annex G, as far as heddle speaks them. Names are ours; a
// module is compiled against its own `vpi_user.h`.
#pragma once

#include <cstdint>

namespace heddle::gate::vpi {

using Handle = std::uint32_t*;  ///< opaque

struct Time {
  std::int32_t type = 0;
  std::uint32_t high = 0;
  std::uint32_t low = 0;
  double real = 0;
};
struct VectorWord {
  std::int32_t a = 0;  ///< 0 and 1 as they are
  std::int32_t b = 0;  ///< set: x where `a` is set too, else z
};
struct Value {
  std::int32_t format = 0;
  union {
    char* text;
    std::int32_t scalar;
    std::int32_t integer;
    double real;
    Time* time;
    VectorWord* vector;
  } value;
};
struct CallbackData {
  std::int32_t reason = 0;
  std::int32_t (*routine)(CallbackData*) = nullptr;
  Handle object = nullptr;
  Time* time = nullptr;
  Value* value = nullptr;
  std::int32_t index = 0;
  char* user_data = nullptr;
};
struct SimulatorInfo {
  std::int32_t argc = 0;
  char** argv = nullptr;
  char* product = nullptr;
  char* version = nullptr;
};
struct ErrorInfo {
  std::int32_t state = 0;
  std::int32_t level = 0;
  char* message = nullptr;
  char* product = nullptr;
  char* code = nullptr;
  char* file = nullptr;
  std::int32_t line = 0;
};

enum Type : std::int32_t {
  kIterator = 27,
  kModule = 32,
  kNet = 36,
  kNetBit = 37,
  kReg = 48,
  kParent = 81,
  kScope = 84,
  kInternalScope = 92,
  kCallback = 107,
};
enum Property : std::int32_t {
  kUndefined = -1,
  kType = 1,
  kName = 2,
  kFullName = 3,
  kSize = 4,
  kTopModule = 7,
  kDefName = 9,
  kTimeUnit = 11,
  kTimePrecision = 12,
  kScalar = 17,
  kVector = 18,
  kSigned = 65,
};
enum TimeType : std::int32_t { kScaledRealTime = 1, kSimTime = 2, kSuppressTime = 3 };
enum Format : std::int32_t {
  kBinary = 1,
  kOctal = 2,
  kDecimal = 3,
  kHex = 4,
  kScalarFormat = 5,
  kInteger = 6,
  kRealFormat = 7,
  kString = 8,
  kVectorFormat = 9,
  kTimeFormat = 11,
  kObjectFormat = 12,
  kSuppressValue = 13,
};
enum ScalarValue : std::int32_t { kScalar0 = 0, kScalar1 = 1, kScalarZ = 2, kScalarX = 3 };
enum PutFlag : std::int32_t {
  kNoDelay = 1,
  kInertialDelay = 2,
  kTransportDelay = 3,
  kPureTransportDelay = 4,
  kForce = 5,
  kRelease = 6,
};
enum Reason : std::int32_t {
  kValueChange = 1,
  kAtStartOfTime = 5,
  kReadWriteSynch = 6,
  kReadOnlySynch = 7,
  kNextTime = 8,
  kAfterDelay = 9,
  kEndOfCompile = 10,
  kStartOfSimulation = 11,
  kEndOfSimulation = 12,
};
enum Control : std::int32_t { kStop = 66, kFinish = 67 };
enum ErrorLevel : std::int32_t { kError = 3 };
enum ErrorState : std::int32_t { kAtRun = 3 };

}  // namespace heddle::gate::vpi
