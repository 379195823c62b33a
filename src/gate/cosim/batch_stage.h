// A stage of the host loop after the engine: it takes what each batch gave, in
// order, and knows nothing of the engine. A failed write sticks, and the loop
// looks at it between batches.
#pragma once

#include "heddle/base/result.h"
#include "heddle/gate/backend.h"

namespace heddle::gate {

class BatchStage {
 public:
  BatchStage() = default;
  BatchStage(const BatchStage&) = delete;
  BatchStage& operator=(const BatchStage&) = delete;
  virtual ~BatchStage() = default;

  /// Takes one batch. `window` holds its edges and perhaps more after them.
  virtual void consume(const BatchView& batch, const EdgeWindow& window) = 0;
  /// False once something went wrong; `finish` tells what.
  [[nodiscard]] virtual bool ok() const = 0;
  /// Closes its outputs, readable whatever happened before. Called once.
  /// Errors: the first thing that went wrong, now or before.
  [[nodiscard]] virtual Status finish() = 0;
};

}  // namespace heddle::gate
