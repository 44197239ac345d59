#pragma once

#include "tests/integration/support/device.hpp"

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace copal::test {

/// What the local API answered.
struct api_answer {
  int status = 0; ///< 0: no answer came.
  std::string text;
  /// Of a text that is one document; discarded when it is none.
  [[nodiscard]] nlohmann::json body() const { return nlohmann::json::parse(text, nullptr, false); }
};

/// Asks the program's local API, and waits for its answer; with the key that it keeps for `copal`,
/// unless another is given, or none: "".
api_answer ask_api(device& d,
  const std::string& method,
  const std::string& path,
  const nlohmann::json& body = nullptr,
  const std::optional<std::string>& key = std::nullopt);

} // namespace copal::test
