#pragma once

#include "messages/result.hpp"
#include "tests/integration/support/program.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace copal::test {

/// A D-Bus daemon for this test alone, in whose eyes everybody may do everything. It ends with
/// this, and with the thread that has started it.
class private_bus {
public:
  /// Starts one whose files are in a folder. `unavailable` with the reason where none can run.
  static result<std::unique_ptr<private_bus>> start(const std::filesystem::path& folder);

  /// As DBUS_SYSTEM_BUS_ADDRESS.
  [[nodiscard]] const std::string& address() const { return address_; }
  /// It is gone at once, with all connections.
  void kill() { daemon_->kill(); }

private:
  private_bus() = default;

  std::string address_;
  std::unique_ptr<program> daemon_;
};

/// Owns logind's name on a private bus and notes what it is asked: nothing is ever rebooted.
class logind_stand_in {
public:
  enum class manner : std::uint8_t { accepts, refuses, says_nothing };

  /// Throws when it cannot have the name.
  logind_stand_in(const private_bus& bus, manner how);
  ~logind_stand_in();
  logind_stand_in(const logind_stand_in&) = delete;
  logind_stand_in& operator=(const logind_stand_in&) = delete;

  /// From now on.
  void behave(manner how);
  /// The argument of each call of `Reboot` so far.
  [[nodiscard]] std::vector<bool> calls();
  /// How many of them were accepted.
  [[nodiscard]] std::size_t accepted();
  /// Until there were so many calls. False when it takes too long.
  [[nodiscard]] bool wait_for_calls(std::size_t count, std::chrono::seconds limit);

private:
  struct service;
  void serve();
  manner note(bool interactive);

  std::unique_ptr<service> service_;
  std::mutex guard_;
  std::condition_variable more_;
  manner how_;
  std::vector<bool> calls_;
  std::size_t accepted_ = 0;
  std::thread server_;
};

} // namespace copal::test
