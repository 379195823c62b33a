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
  /// The first thing that went wrong so far.
  [[nodiscard]] virtual Status status() const = 0;
  /// Closes its outputs, readable whatever happened before. Called once.
  [[nodiscard]] virtual Status finish() = 0;
};

}  // namespace heddle::gate
