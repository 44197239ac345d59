#pragma once

#include "messages/result.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <sys/types.h>

namespace copal::test {

/// A container engine and a registry for this test process alone. Both are gone when it ends,
/// however it ends. The registry holds `test/base` (1 and 2), `test/full:1`, `test/large:1` (24 MB
/// in three layers) and `test/broken:1` (cannot be executed).
class real_engine {
public:
  /// Starts both; takes some seconds. `unavailable` with the reason where no engine can run.
  static result<std::unique_ptr<real_engine>> start();
  /// The same with another script, that may offer less: it prints what it has.
  static result<std::unique_ptr<real_engine>> start(const std::string& script);
  ~real_engine();
  real_engine(const real_engine&) = delete;
  real_engine& operator=(const real_engine&) = delete;

  [[nodiscard]] const std::string& socket() const { return socket_; }
  /// The network namespace that the engine and its registries are in.
  [[nodiscard]] const std::string& network() const { return network_; }
  /// Where its files are; it goes with the engine, and so does every program with this folder in
  /// its arguments.
  [[nodiscard]] const std::string& folder() const { return folder_; }
  /// A full reference: `image("test/base:1")`.
  [[nodiscard]] std::string image(std::string_view name) const;
  /// A registry with the same images, for user `copal` with password `canary-registry-password`.
  [[nodiscard]] const std::string& private_registry() const { return private_registry_; }

  /// One of the sandbox's commands: `restart`, `kill`, `start` (the engine), `stop-registry`,
  /// `start-registry`. False when it failed.
  bool tell(const std::string& command);

private:
  real_engine() = default;
  result<void> begin(const std::string& script);
  std::string read_line(std::chrono::seconds within);

  pid_t script_ = -1;
  int to_ = -1;
  int from_ = -1;
  std::string unread_;
  std::string socket_;
  std::string registry_;
  std::string private_registry_;
  std::string network_;
  std::string folder_;
};

} // namespace copal::test
