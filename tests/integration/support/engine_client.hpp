#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace copal::test {

/// The test's own hand on an engine: one blocking call at a time, a connection for each.
class engine_client {
public:
  explicit engine_client(std::string socket) : socket_(std::move(socket)) {}

  struct answer {
    int status = 0; ///< 0: no answer came.
    nlohmann::json body;
    [[nodiscard]] bool ok() const { return status >= 200 && status < 400; }
  };
  /// A path without the version: `/containers/json?all=1`.
  [[nodiscard]] answer get(std::string_view path) const { return call("GET", path, {}); }
  /// The bytes of an answer that is not one document; empty when none came.
  [[nodiscard]] std::string get_text(std::string_view path) const { return ask("GET", path, {}); }
  answer post(std::string_view path, const nlohmann::json& body = nullptr) const {
    return call("POST", path, body.is_null() ? std::string{} : body.dump());
  }
  answer remove(std::string_view path) const { return call("DELETE", path, {}); }

private:
  /// The answer's body; its status line and fields in `head`, which stays empty when none came.
  [[nodiscard]] std::string ask(std::string_view method,
    std::string_view path,
    const std::string& body,
    std::string* head = nullptr) const;
  [[nodiscard]] answer call(
    std::string_view method, std::string_view path, const std::string& body) const;

  std::string socket_;
};

} // namespace copal::test
