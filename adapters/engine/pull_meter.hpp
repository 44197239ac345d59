#pragma once

#include "adapters/engine/codec.hpp"

#include <map>
#include <string>

namespace copal::engine_wire {

/// Adds up what a pull's lines say into one percentage. As with the balena supervisor, fetching a
/// layer is one half of it and unpacking it the other, and every layer counts the same: their sizes
/// are not known before their turn.
class pull_meter {
public:
  void take(const pull_line& line);

  /// 0 to 99, and never less than at the last call: 100 is for the answer to say.
  [[nodiscard]] int percent();

private:
  std::map<std::string, double> layers_; ///< By id: how much of it is done, 0 to 1.
  bool moving_ = false;                  ///< A byte has come: only now all layers are known.
  int last_ = 0;
};

} // namespace copal::engine_wire
